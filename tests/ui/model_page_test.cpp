// The model page's view-models over fake answers: plans of every mode, the context that moves them at once, choices of
// a model over the settings, directory, template with its tokens, load note and command line.
#include <QClipboard>
#include <QSignalSpy>

#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/window_fixture.h"

using ui_test::FakeMachine;
using ui_test::WindowFixture;

namespace {

QVariant cell(ui::ModelPageModel& page, int row, int role) {
  return page.quantizations()->data(page.quantizations()->index(row), role);
}

}  // namespace

class ModelPageTest : public QObject {
  Q_OBJECT

  std::unique_ptr<WindowFixture> m_fixture;

  ui::ModelPageModel& open(const FakeMachine& machine = {}, const char* path = ui_test::kFakeModel) {
    m_fixture =
        std::make_unique<WindowFixture>(test_support::makeFakeLoader({}), std::string(), ui_test::fakeSources(machine));
    // One sequence, so that the cache holds one context and no more.
    static_cast<void>(m_fixture->context().settings.set("max-num-seqs", "1", app::SettingSource::Flag));
    ui::ModelPageModel& page = m_fixture->application().modelPage();
    page.choosePath(path);
    [&] {
      QVERIFY(QTest::qWaitFor([&] { return page.loadable() && page.plan().known; }, ui_test::kLong));
      QVERIFY(QTest::qWaitFor([&] { return page.quantizations()->bandwidth() > 0 || machine.bandwidth <= 0; },
                              ui_test::kLong));
    }();
    return page;
  }

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }
  void cleanup() { m_fixture.reset(); }

  void everyModeHasItsNumbersOrItsReason() {
    ui::ModelPageModel& page = open();
    page.setContext(65536);
    using Model = ui::QuantizationModel;
    QCOMPARE(page.quantizations()->count(), 6);
    QCOMPARE(cell(page, 0, Model::WeightsRole).toString(), QString("16.06"));
    QCOMPARE(cell(page, 0, Model::TotalRole).toString(), QString("25.27"));
    QVERIFY(!cell(page, 0, Model::FitsRole).toBool());
    QVERIFY(cell(page, 0, Model::FitsTextRole).toString().startsWith("up to 49,"));
    QCOMPARE(cell(page, 1, Model::TotalRole).toString(), QString("17.74"));
    QCOMPARE(cell(page, 1, Model::FitsTextRole).toString(), QString("5.44 GB free"));
    QCOMPARE(cell(page, 1, Model::SpeedRole).toString(), QString("116"));  // 931 / (8.53 - 0.5)
    QVERIFY(!cell(page, 4, Model::AvailableRole).toBool());
    QVERIFY(cell(page, 4, Model::ReasonRole).toString().contains("smoothq_model"));
    QCOMPARE(cell(page, 4, Model::TotalRole).toString(), QString());
  }

  void filesOfOneModelShareARow() {
    FakeMachine machine;
    machine.found = {{"/m/llama-3-8b.Q4_K_M.gguf", "/m"},
                     {"/m/llama-3-8b.Q8_0.gguf", "/m"},
                     {"/m/llama-3-8b-IQ2_XS.gguf", "/m"},
                     {"/m/other.gguf", "/m"},
                     {"/n/llama-3-8b.Q8_0.gguf", "/n"}};
    ui::ModelPageModel& page = open(machine);
    page.directory()->rescan();
    QVERIFY(QTest::qWaitFor([&] { return !page.directory()->searching(); }, ui_test::kLong));
    QCOMPARE(page.directory()->count(), 4);  // the one that is open, and one each of /m's two and /n's
    QVERIFY(page.directory()->variants().isEmpty());
    page.choosePath("/m/llama-3-8b.Q8_0.gguf");
    QVERIFY(QTest::qWaitFor([&] { return page.directory()->variants().size() == 3; }, ui_test::kLong));
    QCOMPARE(page.directory()->variants().at(page.directory()->currentVariant()), QString("llama-3-8b.Q8_0.gguf"));
    QCOMPARE(page.directory()->count(), 4);
    m_fixture->window()->resize(1440, 900);
    m_fixture->application().shell().setPage("model");
    QVERIFY(m_fixture->item("variantChoice") != nullptr);
    page.choosePath(page.directory()->variantPath(0));
    QVERIFY(QTest::qWaitFor([&] { return page.directory()->currentVariant() == 0; }, ui_test::kLong));
  }

  void severalGpusHaveABarEach() {
    FakeMachine machine;
    machine.devices = 2;
    ui::ModelPageModel& page = open(machine);
    page.setContext(65536);
    m_fixture->window()->resize(1440, 900);
    m_fixture->application().shell().setPage("model");
    const QVariantList plans = page.devicePlans();
    QCOMPARE(plans.size(), 2);
    double needed = 0;
    for (const QVariant& each : plans) {
      const auto plan = each.value<ui::PlanFacts>();
      QVERIFY(plan.weights > 0 && plan.kv > 0);
      needed += plan.needed;
    }
    QVERIFY(std::abs(page.plan().needed - needed) < 1);
    QVERIFY(m_fixture->item("memoryBar0") != nullptr && m_fixture->item("memoryBar1") != nullptr);
    QVERIFY(!m_fixture->shown("memoryBar"));
    QVERIFY(m_fixture->visibleTextOf("memoryDevices").contains("GPU 1"));
  }

  void whatTheEngineLacksIsDisabledWithItsReason() {
    FakeMachine machine;
    machine.quantizes = false;
    ui::ModelPageModel& page = open(machine);
    for (int row = 1; row < page.quantizations()->count(); ++row) {
      QVERIFY(!cell(page, row, ui::QuantizationModel::AvailableRole).toBool());
      QVERIFY(!cell(page, row, ui::QuantizationModel::ReasonRole).toString().isEmpty());
    }
    page.setQuantization("ifq");
    QCOMPARE(page.quantizations()->chosen(), 0);
  }

  void aModeMovesTheBarAndGoesIntoTheLoad() {
    ui::ModelPageModel& page = open();
    page.setContext(65536);
    page.setQuantization("ifq");
    QCOMPARE(page.quantizations()->chosen(), 1);
    QVERIFY(QTest::qWaitFor([&] { return page.plan().weights == 8.53e9; }, ui_test::kLong));
    QVERIFY(page.ownChoices());
    page.load();
    QVERIFY(QTest::qWaitFor([&] { return page.state() == "ready"; }, ui_test::kLong));
    const engine::EngineOptions& used = m_fixture->context().host->snapshot().options;
    QVERIFY(used.quantization == engine::Quantization::Ifq);
    QCOMPARE(used.maxModelLen, std::optional<uint32_t>(65536));
  }

  void theContextMovesEveryNumberAtOnce() {
    ui::ModelPageModel& page = open();
    QSignalSpy planned(&page, &ui::ModelPageModel::planChanged);
    page.setContext(8192);
    QVERIFY(planned.count() > 0);  // before any worker answers
    QCOMPARE(page.plan().context, 8192);
    QCOMPARE(page.plan().kv, 8192.0 * 131072);
    QCOMPARE(page.plan().kvContext, page.plan().kv);
    QCOMPARE(cell(page, 0, ui::QuantizationModel::TotalRole).toString(), page.gigabytes(page.plan().needed));
    const ui::PlanFacts quick = page.plan();
    QVERIFY(QTest::qWaitFor([&] { return planned.count() > 1; }, ui_test::kLong));
    QTest::qWait(300);  // the plan from the files has taken its place
    QCOMPARE(page.plan().needed, quick.needed);
    QCOMPARE(page.plan().largest, quick.largest);
  }

  void choicesLieOverTheSettingsAndGoBack() {
    ui::ModelPageModel& page = open();
    QVERIFY(!page.ownChoices());
    page.setDtypeIndex(3);
    page.setContext(4096);
    QVERIFY(page.advanced()->store("seed", "7").isEmpty());
    QVERIFY(page.advanced()->store("gpu-memory-utilization", "7").contains("1"));  // says the range
    QVERIFY(page.ownChoices());
    page.choosePath("/models/other");
    QVERIFY(QTest::qWaitFor([&] { return page.loadable(); }, ui_test::kLong));
    QVERIFY(!page.ownChoices());
    page.choosePath(ui_test::kFakeModel);
    QVERIFY(QTest::qWaitFor([&] { return page.loadable(); }, ui_test::kLong));
    QCOMPARE(page.dtypeIndex(), 3);
    QCOMPARE(page.context(), 4096);
    page.copyCommandLine();
    const QString line = QGuiApplication::clipboard()->text();
    QVERIFY2(line.contains("--max-model-len 4096") && line.contains("--dtype float32") && line.contains("--seed 7"),
             qPrintable(line));
    page.resetChoices();
    QVERIFY(!page.ownChoices());
    QCOMPARE(page.context(), 131072);
    QCOMPARE(page.dtypeIndex(), 1);
  }

  void whatAFlagSaysCannotBeChangedHere() {
    ui::ModelPageModel& page = open();
    ui::AdvancedModel& advanced = *page.advanced();
    for (int row = 0; row < advanced.count(); ++row) {
      const QModelIndex at = advanced.index(row);
      const QString key = advanced.data(at, ui::AdvancedModel::KeyRole).toString();
      const QString locked = advanced.data(at, ui::AdvancedModel::LockedRole).toString();
      if (key == "max-num-seqs") QCOMPARE(locked, QString("set by --max-num-seqs"));
      if (key == "use-lookahead") QVERIFY(!locked.isEmpty());
      if (key == "seed") QVERIFY(locked.isEmpty());
      QVERIFY2(!advanced.data(at, ui::AdvancedModel::HelpRole).toString().isEmpty(), qPrintable(key));
    }
  }

  void aDeviceThatCannotBeHadIsSaid() {
    FakeMachine machine;
    machine.device = "cpu";
    ui::ModelPageModel& page = open(machine);
    QVERIFY(!page.deviceRefused());
    page.setDeviceIndex(2);
    QVERIFY(QTest::qWaitFor([&] { return page.deviceRefused(); }, ui_test::kLong));
    QVERIFY(page.deviceReason().contains("no driver"));
    page.setDeviceIndex(1);
    QVERIFY(QTest::qWaitFor([&] { return !page.deviceRefused(); }, ui_test::kLong));
  }

  void aMisfitOffersTheModesThatFit() {
    FakeMachine machine;
    machine.other = 9'720'000'000;
    ui::ModelPageModel& page = open(machine);
    page.setContext(65536);
    QVERIFY(page.trouble());
    const QVariantList ways = page.waysOut();
    QStringList actions;
    for (const QVariant& way : ways) actions.append(way.toMap()["button"].toString());
    const qsizetype nf4 = actions.indexOf("Use ifq_nf4");
    QVERIFY2(nf4 >= 0, qPrintable(actions.join(", ")));
    page.takeWayOut(static_cast<int>(nf4));
    QVERIFY(QTest::qWaitFor([&] { return !page.trouble(); }, ui_test::kLong));
    QCOMPARE(cell(page, 2, ui::QuantizationModel::ChosenRole).toBool(), true);
  }

  void thePreviewMarksSpecialTokens() {
    ui::ModelPageModel& page = open();
    ui::TemplateModel& templates = *page.templates();
    QVERIFY(QTest::qWaitFor([&] { return templates.tokenCount() > 0; }, ui_test::kLong));
    QVERIFY(!templates.chosen().isEmpty());
    QString joined;
    for (const QVariant& token : templates.tokens()) joined += token.toMap()["text"].toString();
    QVERIFY2(joined.contains("Hello"), qPrintable(joined));
    QCOMPARE(ui::tokenLabel("a\nb\t"), QString("a↵b⇥"));
    QCOMPARE(ui::tokenLabel("\xe4\xbd"), QString("<E4><BD>"));
    QVERIFY(!ui::tokenLabel("\xe2\x80\xae").contains(QChar(0x202E)));
  }

  void theDirectoryFindsSearchesAndForgets() {
    FakeMachine machine;
    machine.found = {{"/models/Qwen1.5-7B-Chat", "/models"}, {"/models/Baichuan2-13B-Chat", "/models"}};
    machine.searchProblems = {"/gone cannot be read: No such file or directory"};
    ui::ModelPageModel& page = open(machine);
    ui::DirectoryModel& directory = *page.directory();
    directory.rescan();
    const auto problemOf = [&](const QString& name) {
      for (int row = 0; row < directory.count(); ++row) {
        const QModelIndex at = directory.index(row);
        if (directory.data(at, ui::DirectoryModel::NameRole).toString() == name)
          return directory.data(at, ui::DirectoryModel::ProblemRole).toString();
      }
      return QString();
    };
    QVERIFY(QTest::qWaitFor([&] { return problemOf("Baichuan2-13B-Chat").contains("cut short"); }, ui_test::kLong));
    QCOMPARE(directory.count(), 3);
    QCOMPARE(directory.problems().size(), 1);
    QCOMPARE(directory.currentRow(), 0);
    directory.setFilter("qwen 7b");
    QCOMPARE(directory.count(), 1);
    directory.setFilter({});
    QVERIFY(directory.addFolder(QUrl("https://example.com/x")).contains("this computer"));
    QVERIFY(directory.addFolder(QUrl::fromLocalFile("/elsewhere")).isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return directory.names().contains("more.gguf"); }, ui_test::kLong));
    page.recent()->forget(ui_test::kFakeModel);
    QCOMPARE(directory.count(), 3);
  }

  void theLoadNoteIsThereOnlyWhenALoadWasMeasured() {
    ui::ModelPageModel& page = open();
    QVERIFY(page.loadNote().isEmpty());
  }

  void theKvEdgeIsDraggedAndDrivenByKeys() {
    ui::ModelPageModel& page = open();
    page.setContext(65536);
    page.setQuantization("ifq");
    m_fixture->window()->resize(1440, 900);
    m_fixture->application().shell().setPage("model");
    QQuickItem* handle = m_fixture->item("memoryHandle");
    QVERIFY(handle != nullptr);
    m_fixture->settle();
    QVERIFY(QTest::qWaitFor([&] { return page.plan().weights == 8.53e9; }, ui_test::kLong));
    m_fixture->settle();
    handle->forceActiveFocus(Qt::TabFocusReason);
    QTest::keyClick(m_fixture->window(), Qt::Key_Up);
    QCOMPARE(page.context(), 66560);
    QTest::keyClick(m_fixture->window(), Qt::Key_PageDown);
    QCOMPARE(page.context(), 58368);
    QTest::keyClick(m_fixture->window(), Qt::Key_End);
    QCOMPARE(page.context(), page.plan().largest);
    QTest::keyClick(m_fixture->window(), Qt::Key_Home);
    QCOMPARE(page.context(), 1024);
    page.setContext(65536);
    m_fixture->settle();
    const QPoint from = handle->mapToScene(QPointF(7, 12)).toPoint();
    const double before = page.plan().kvContext;
    QTest::mousePress(m_fixture->window(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_fixture->window(), from + QPoint(0, 40));
    QTest::mouseMove(m_fixture->window(), from + QPoint(0, 80));
    QTest::mouseRelease(m_fixture->window(), Qt::LeftButton, {}, from + QPoint(0, 80));
    QQuickItem* bar = m_fixture->item("memoryBar");
    const double bytesAPixel = page.plan().total / (bar->height() - 2);
    // Eighty pixels of bytes, to the sixteen tokens that a context is rounded to.
    QVERIFY(std::abs(before - page.plan().kvContext - 80 * bytesAPixel) < 3 * bytesAPixel);
    QVERIFY(m_fixture->visibleTextOf("memoryLabels").contains("drag the edge"));
  }

  void theTableIsChosenFromByKeyboard() {
    ui::ModelPageModel& page = open();
    page.setContext(32768);
    m_fixture->window()->resize(1440, 900);
    m_fixture->application().shell().setPage("model");
    QQuickItem* first = m_fixture->item("quantization_none");
    QVERIFY(first != nullptr);
    first->forceActiveFocus(Qt::TabFocusReason);
    QTest::keyClick(m_fixture->window(), Qt::Key_Down);
    QCOMPARE(page.quantizations()->chosen(), 1);
    for (int i = 0; i < 3; ++i) QTest::keyClick(m_fixture->window(), Qt::Key_Down);
    QCOMPARE(page.quantizations()->chosen(), 5);  // past smoothquant, which is not available
  }
};

QTEST_MAIN(ModelPageTest)
#include "model_page_test.moc"
