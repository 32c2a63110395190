// Formulas on a screen with two device pixels a pixel: drawn at device pixels, not enlarged.
#include <QQmlComponent>
#include <QQmlContext>
#include <QQmlEngine>
#include <QQuickItem>
#include <QQuickWindow>
#include <QTest>

#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"
#include "ui/chat/math_view.h"

using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

/// How often neighbouring device pixels of one pixel differ: what is enlarged by two has such pairs alike or blended.
double sharpness(const QImage& picture) {
  int edges = 0, within = 0;
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x + 1 < picture.width(); ++x) {
      const int step = std::abs(qGray(picture.pixel(x, y)) - qGray(picture.pixel(x + 1, y)));
      if (step < 24) continue;
      ++edges;
      if (step > 150) ++within;
    }
  }
  return edges > 0 ? static_cast<double>(within) / edges : 0;
}

/// The same picture as one device pixel a pixel would have it, enlarged.
QImage enlarged(const QImage& picture) {
  return picture.scaled(picture.size() / 2, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
      .scaled(picture.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

}  // namespace

class HidpiTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void formulasAreDrawnAtDevicePixels() {
    test_support::FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest&, int) {
      return std::string(
          "$\\frac{x+1}{y}$ $\\sqrt{a^2+b^2}$ $\\sum_{i=1}^n i$\n\n$$\\int_0^1 \\frac{x^2+1}{\\sqrt{y}} dx$$\n");
    };
    WindowFixture fixture(test_support::makeFakeLoader(load));
    QVERIFY(fixture.context().settings.set("theme", "light", app::SettingSource::Flag).ok());
    QCOMPARE(fixture.window()->effectiveDevicePixelRatio(), 2.0);
    fixture.context().host->load({});
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.transcript()->count() == 4; }, kLong));
    fixture.settle();
    for (const char* name : {"proseText", "mathView"}) {
      QQuickItem* item = fixture.item(name);
      QVERIFY2(item != nullptr, name);
      const QImage window = fixture.window()->grabWindow();
      QCOMPARE(window.width(), 2 * fixture.window()->width());
      const QRectF place = item->mapRectToScene(QRectF(0, 0, item->implicitWidth(), item->height()));
      const QImage drawn = window.copy(QRect((place.topLeft() * 2).toPoint(), (place.size() * 2).toSize()));
      if (qEnvironmentVariableIsSet("HIDPI_KEEP")) drawn.save(qEnvironmentVariable("HIDPI_KEEP") + name + ".png");
      const double sharp = sharpness(drawn), blurred = sharpness(enlarged(drawn));
      QVERIFY2(sharp > 2 * blurred && sharp > 0.15,
               qPrintable(QStringLiteral("%1: %2, enlarged %3").arg(QLatin1String(name)).arg(sharp).arg(blurred)));
    }
  }
};

int main(int argc, char** argv) {
  qputenv("QT_SCALE_FACTOR", "2");
  QGuiApplication application(argc, argv);
  HidpiTest test;
  return QTest::qExec(&test, argc, argv);
}
#include "hidpi_test.moc"
