// hearth-offline [--light|--dark] [--empty|--failing|--loading] [--plan [--full]] [--page NAME]: the whole window over
// a fake engine that answers in Markdown, with folders of its own that go away with it. With --plan its model page has
// an 8B model before it, for a GPU that is not there; with --full too little of its memory is free.
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTimer>

#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "ui/application.h"

namespace {

const char* const kAnswer =
    "## Acquire and release are enough\n\nEach index has one writer. The other side only has to see the slot *before* "
    "it "
    "sees the index move:\n\n```cpp\nbool push(const T& value) {\n    auto head = "
    "head_.load(std::memory_order_relaxed);\n"
    "    if (head - tail_.load(std::memory_order_acquire) == N) return false;\n    slots_[head % N] = value;\n    "
    "head_.store(head + 1, std::memory_order_release);\n    return true;\n}\n```\n\n| Access | Order | What it guards "
    "|\n|---|---|---|\n| own index, load | relaxed | nothing: no one else writes it |\n| other index, load | acquire | "
    "the "
    "slot's contents |\n\n1. On x86 the two differ only at the store: `seq_cst` adds a fence.\n2. On Arm each "
    "`seq_cst` "
    "access also orders **against** the others.\n\n> Measure before you believe it, see [the "
    "paper](https://example.com).\n\nThe mean wait is $\\bar{w} = \\frac{1}{n}\\sum_{i=1}^{n} w_i$, for "
    "$n \\to \\infty$ it is\n\n$$\\int_0^\\infty t\\,\\lambda e^{-\\lambda t}\\,dt = \\frac{1}{\\lambda}, \\qquad "
    "A = \\begin{pmatrix} \\cos\\theta & -\\sin\\theta \\\\ \\sin\\theta & \\cos\\theta \\end{pmatrix}, \\qquad "
    "x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$\n";
const char* const kThoughts =
    "<think>The reader knows queues. **Two indices**, one writer each, so relaxed loads of one's own index suffice.\n\n"
    "Check x86 and Arm apart.</think>\n\n";

}  // namespace

int main(int argc, char** argv) {
  QGuiApplication application(argc, argv);
  ui::prepareGuiApplication();
  const QStringList arguments = application.arguments();
  QTemporaryDir dir;
  app::AppContext context;
  context.paths = {.config = dir.filePath("config").toStdString(),
                   .data = dir.filePath("data").toStdString(),
                   .cache = app::AppPaths::standard().cache};
  std::filesystem::create_directories(context.paths.config);
  test_support::FakeLoad load;
  load.engine.answer = [](const engine::GenerationRequest&, int) { return std::string(kThoughts) + kAnswer; };
  load.engine.tokenDelay = std::chrono::milliseconds(3);
  load.engine.prefillDelay = std::chrono::milliseconds(600);
  load.engine.prefillSteps = 6;
  load.engine.modelId = "Meta-Llama-3.1-8B-Instruct";
  load.engine.contextLength = 65536;
  if (arguments.contains("--failing")) {
    load.error = engine::Error{engine::ErrorCode::OutOfMemory,
                               "1.70 GB of memory are missing: 17.74 GB needed, 16.04 GB free. Use a shorter context."};
    load.failAtStep = 2;
  }
  if (arguments.contains("--loading")) load.stepDelay = std::chrono::seconds(5);
  const bool plan = arguments.contains("--plan");
  ui_test::FakeMachine machine;
  machine.found = {{"/models/Qwen1.5-7B-Chat", "/models"},
                   {"/models/Baichuan2-13B-Chat", "/models"},
                   {"/models/smollm2-135m-instruct.gguf", "/models"}};
  if (arguments.contains("--full")) machine.other = 9'720'000'000;
  if (plan) {
    engine::EngineOptions options;
    options.maxNumSeqs = 1;
    options.maxModelLen = load.engine.contextLength;
    options.quantization = engine::Quantization::Ifq;
    load.engine.plan = ui_test::fakePlan(machine, options);
    load.engine.measured = load.engine.plan->devices.front();
    load.engine.measured->activations -= 50'000'000;
    load.bytes = 16'060'000'000;
    static_cast<void>(context.settings.set("max-num-seqs", "1", app::SettingSource::Stored));
  }
  context.host = std::make_unique<app::ModelHost>(test_support::makeFakeLoader(load));
  context.server = std::make_unique<app::HttpServer>(*context.host);
  const char* theme = arguments.contains("--dark") ? "dark" : arguments.contains("--light") ? "light" : "system";
  static_cast<void>(context.settings.set("theme", theme, app::SettingSource::Flag));
  ui::Application window(context, plan ? std::optional(ui_test::fakeSources(machine)) : std::nullopt);
  const qsizetype page = arguments.indexOf("--page");
  if (page > 0 && page + 1 < arguments.size()) window.shell().setPage(arguments[page + 1]);
  if (window.show() == nullptr) return 1;
  if (plan) {
    window.modelPage().choosePath(ui_test::kFakeModel);
    window.modelPage().setContext(65536);
    QObject::connect(
        &window.modelPage(), &ui::ModelPageModel::planChanged, &application,
        [&] { window.modelPage().setQuantization("ifq"); }, Qt::QueuedConnection);
    if (!arguments.contains("--empty")) {
      constexpr int kSettledMs = 1000;
      QTimer::singleShot(kSettledMs, &application, [&] { window.modelPage().load(); });
    }
  } else if (!arguments.contains("--empty")) {
    context.host->load({});
  }
  return QGuiApplication::exec();
}
