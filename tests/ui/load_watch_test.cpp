// A load's bytes, speed, time left and steps, from reports and a clock of our own.
#include <QSignalSpy>
#include <QTest>

#include "ui/model/load_watch.h"

using ui::LoadWatch;

namespace {

QString states(const LoadWatch& watch) {
  QStringList list;
  for (const QVariant& step : watch.steps()) list.append(step.toMap().value("state").toString());
  return list.join(u' ');
}

}  // namespace

class LoadWatchTest : public QObject {
  Q_OBJECT

 private slots:
  void stepsFollowTheStages() {
    LoadWatch watch;
    watch.reset(1000);
    watch.report({"model", 0, 0}, 1000);
    QCOMPARE(states(watch), QString("now next next"));
    watch.report({"weights", 0, 0}, 1250);
    QCOMPARE(states(watch), QString("done now next"));
    QVERIFY(watch.steps().first().toMap().value("detail").toString().startsWith("0.25"));
    watch.report({"weights", 50, 100}, 1300);
    watch.report({"cache", 0, 0}, 1500);
    QCOMPARE(states(watch), QString("done done now"));
  }

  void speedAndTimeLeftAreOfTheWeights() {
    LoadWatch watch;
    watch.reset(0);
    watch.report({"weights", 0, 0}, 1000);
    watch.report({"weights", 10, 1000}, 1010);
    QCOMPARE(watch.speed(), 0.0);  // too early to say
    QVERIFY(watch.secondsLeft() < 0);
    watch.report({"weights", 250, 1000}, 1500);
    QCOMPARE(watch.speed(), 500.0);
    QCOMPARE(watch.secondsLeft(), 1.5);
    QCOMPARE(watch.bytesDone(), 250.0);
    QCOMPARE(watch.bytesTotal(), 1000.0);
  }

  void aLaterStepKeepsTheBytes() {
    LoadWatch watch;
    watch.reset(0);
    watch.report({"weights", 900, 1000}, 500);
    watch.report({"cache", 0, 0}, 600);
    QCOMPARE(watch.bytesDone(), 1000.0);
    QCOMPARE(watch.bytesTotal(), 1000.0);
    QVERIFY(watch.secondsLeft() < 0);
    watch.reset(700);
    QCOMPARE(watch.bytesTotal(), 0.0);
    QCOMPARE(states(watch), QString("now next next"));
  }

  void reportsOutOfOrderTakeNothingBack() {
    LoadWatch watch;
    watch.reset(0);
    watch.report({"weights", 600, 1000}, 500);
    watch.report({"weights", 400, 1000}, 510);
    QCOMPARE(watch.bytesDone(), 600.0);
    watch.report({"weights", 5000, 1000}, 520);
    QCOMPARE(watch.bytesDone(), 1000.0);
  }
};

QTEST_GUILESS_MAIN(LoadWatchTest)
#include "load_watch_test.moc"
