// The monitor page's view-model and line: what is shown and when, gaps, range, pause, the table for the clipboard.
#include "ui/monitor/monitor_model.h"

#include <QSignalSpy>
#include <cmath>
#include <limits>

#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"
#include "ui/monitor/sparkline.h"

namespace {

class OneGpu : public app::GpuTelemetry {
 public:
  std::string absence() const override { return {}; }
  std::vector<app::GpuSample> sample() override {
    app::GpuSample gpu;
    gpu.name = "A <b>GPU</b>";
    gpu.driver = "driver 1";
    gpu.memoryTotal = 24'000'000'000;
    gpu.memoryUsed = 6'000'000'000;
    gpu.utilisation = 0.5;
    gpu.temperature = 61;
    return {gpu};
  }
};

/// A host, its bridge and the model over them.
struct Rig {
  app::ModelHost host;
  ui::Tasks tasks;
  ui::HostBridge bridge{host, tasks};
  ui::MonitorModel model;

  explicit Rig(std::unique_ptr<app::GpuTelemetry> (*gpu)() = nullptr)
      : host(test_support::makeFakeLoader({})),
        model(bridge, tasks, nullptr,
              gpu ? ui::MonitorModel::ProbeMaker([gpu] { return std::make_unique<app::MonitorProbe>(gpu()); })
                  : ui::MonitorModel::ProbeMaker()) {
    model.stopClock();
  }

  void sample() {
    const size_t before = model.history().size();
    model.sample();
    QTRY_VERIFY_WITH_TIMEOUT(model.history().size() > before, ui_test::kLong);
  }
};

/// Opaque pixels of a column of a picture.
int inkAt(const QImage& picture, int x) {
  int ink = 0;
  for (int y = 2; y < picture.height() - 2; ++y) ink += qAlpha(picture.pixel(x, y)) > 128 ? 1 : 0;
  return ink;
}

}  // namespace

class MonitorTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void aHiddenPageChangesNothing() {
    Rig rig;
    QSignalSpy shown(&rig.model, &ui::MonitorModel::sampled);
    QSignalSpy drawn(rig.model.cpu(), &ui::Chart::changed);
    rig.sample();
    rig.sample();
    QCOMPARE(shown.count() + drawn.count(), 0);
    rig.model.setActive(true);
    QCOMPARE(shown.count(), 1);
    rig.model.setPaused(true);
    rig.sample();
    QCOMPARE(shown.count(), 1);
    rig.model.setPaused(false);
    QCOMPARE(shown.count(), 2);
    QVERIFY(rig.model.cpu()->known());
    QCOMPARE(rig.model.cpu()->shown().values.size(), rig.model.history().size());
  }

  void theRangeIsWhatAChartHolds() {
    Rig rig;
    rig.model.setActive(true);
    rig.sample();
    rig.model.setRange(0);
    QCOMPARE(rig.model.cpu()->shown().capacity, size_t(60));
    QVERIFY(rig.model.cpu()->span().startsWith("1 "));
    rig.model.setRange(2);
    QCOMPARE(rig.model.cpu()->shown().capacity, size_t(1800));
    rig.model.setRange(7);
    QCOMPARE(rig.model.range(), 2);
  }

  void withoutAnEngineThereIsAGapAndNoFigure() {
    Rig rig;
    rig.model.setActive(true);
    rig.sample();
    QVERIFY(!rig.model.generated()->known());
    QVERIFY(std::isnan(rig.model.generated()->shown().values.front()));
    QVERIFY(rig.model.figures().isEmpty());
    QVERIFY(!rig.model.deviceMemory().known);
    rig.host.load({});
    QTRY_VERIFY_WITH_TIMEOUT(rig.bridge.engine() != nullptr, ui_test::kLong);
    rig.sample();
    rig.sample();
    QVERIFY(rig.model.engineThere());
    QCOMPARE(rig.model.generated()->figure(), QString("0.0"));
    QCOMPARE(rig.model.blocks()->unit(), QString("of 1,024"));
    QVERIFY(rig.model.deviceMemory().known);
    QVERIFY(rig.model.planDifference().contains("difference 0.00 GB"));
  }

  void gpusAreShownWhereThereAreAnyAndTheReasonElse() {
    Rig none;
    QVERIFY(!none.model.gpuAbsence().isEmpty());
    Rig rig([]() -> std::unique_ptr<app::GpuTelemetry> { return std::make_unique<OneGpu>(); });
    rig.model.setActive(true);
    rig.sample();
    QCOMPARE(rig.model.gpus().size(), 1);
    const auto* gpu = rig.model.gpus().front().value<ui::GpuCharts*>();
    QCOMPARE(gpu->utilisation->figure(), QString("50"));
    QCOMPARE(gpu->temperature->figure(), QString("61"));
    QVERIFY(!gpu->power->known());  // the driver does not tell it
    QVERIFY(rig.model.gpuAbsence().isEmpty());
  }

  void theNumbersAreATable() {
    Rig rig;
    rig.model.setActive(true);
    rig.sample();
    rig.sample();
    const QStringList lines = rig.model.numbers().split('\n');
    QCOMPARE(lines.first().count('\t'), 4);
    QVERIFY(lines.filter("CPU").size() == 1 && lines.filter("CPU").first().count('\t') == 4);
    QVERIFY(lines.filter("Generated").isEmpty());  // nothing was measured
  }

  void theLineIsDrawnWhereTheValuesAre() {
    ui::Chart::Shown shown;
    shown.top = 100;
    shown.capacity = 11;
    const float gap = std::numeric_limits<float>::quiet_NaN();
    shown.values = {50, 50, 50, gap, gap, gap, 50, 50};  // the newest is at the right edge
    const QImage picture = ui::Sparkline::draw(shown, QSizeF(100, 40), 1, Qt::black, Qt::transparent);
    QCOMPARE(picture.size(), QSize(100, 40));
    QVERIFY(inkAt(picture, 95) > 0);
    QVERIFY(inkAt(picture, 65) == 0);  // the gap
    QVERIFY(inkAt(picture, 40) > 0);
    QVERIFY(inkAt(picture, 10) == 0);  // before the first sample
    // Half of the top is half of the height.
    int line = 0;
    while (qAlpha(picture.pixel(95, line)) < 128) ++line;
    QVERIFY(std::abs(line - 20) <= 1);
    const QImage sharp = ui::Sparkline::draw(shown, QSizeF(100, 40), 2, Qt::black, Qt::transparent);
    QCOMPARE(sharp.size(), QSize(200, 80));
  }

  void topsAreRound() {
    QCOMPARE(ui::niceTop(0, 10), 10.0);
    QCOMPARE(ui::niceTop(11, 10), 20.0);
    QCOMPARE(ui::niceTop(312, 10), 500.0);
    QCOMPARE(ui::niceTop(500, 10), 500.0);
    QCOMPARE(ui::niceTop(501, 10), 1000.0);
  }

  void thePageIsDrivenByKeysAndButtons() {
    ui_test::WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.window()->resize(1440, 900);
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, ui_test::kLong));
    QTest::keyClick(fixture.window(), Qt::Key_4, Qt::ControlModifier);
    QVERIFY(fixture.item("monitorPage") != nullptr);
    ui::MonitorModel& model = fixture.application().monitor();
    QVERIFY(QTest::qWaitFor([&] { return model.active() && model.engineThere(); }, ui_test::kLong));
    QVERIFY(fixture.item("chartGenerated") != nullptr);
    QVERIFY(fixture.shown("gpuAbsence") == model.gpus().isEmpty());
    fixture.settle();
    fixture.click("monitorPause");
    QVERIFY(model.paused());
    QTest::keyClick(fixture.window(), Qt::Key_5, Qt::ControlModifier);
    QVERIFY(QTest::qWaitFor([&] { return !model.active(); }, ui_test::kLong));
  }
};

QTEST_MAIN(MonitorTest)
#include "monitor_test.moc"
