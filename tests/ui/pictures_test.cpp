// Every page, light and dark, wide and narrow, in both languages, against pictures in tests/data/ui_pictures.
//
//   HEARTH_PICTURES=update build/release/tests/ui_pictures_test    makes the references anew
//   HEARTH_PICTURES_FOLDER=/tmp/x build/release/tests/ui_pictures_test    writes the pictures in full size there
#include <QDir>
#include <QGuiApplication>
#include <QStyleHints>
#include <QTemporaryDir>
#include <QTest>

#include "app/conversation_store.h"
#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/picture_compare.h"
#include "tests/ui/picture_scene.h"
#include "tests/ui/window_fixture.h"

using ui_test::kLong;
using ui_test::PictureDifference;
using ui_test::PictureRig;

namespace {

const QString kFolder = QStringLiteral(HEARTH_TEST_DATA "/ui_pictures");

struct Shape {
  const char* name;
  QSize size;
};
constexpr std::array kShapes = {Shape{"wide", {1440, 900}}, Shape{"narrow", {900, 700}}};
constexpr std::array kLanguages = {"en", "zh_CN"};
constexpr std::array kThemes = {"light", "dark"};

bool updating() {
  return qEnvironmentVariable("HEARTH_PICTURES") == u"update";
}

/// Empty when the picture is as its reference, else what differs.
QString judge(const QString& name, const QImage& picture) {
  if (const QString folder = qEnvironmentVariable("HEARTH_PICTURES_FOLDER"); !folder.isEmpty()) {
    QDir().mkpath(folder);
    picture.save(folder + u'/' + name + ".png");
  }
  const QString file = kFolder + u'/' + name + ".jpg";
  if (updating()) {
    QDir().mkpath(kFolder);
    QFile reference(file);
    const QByteArray bytes = ui_test::referenceOf(picture);
    const bool written = reference.open(QIODevice::WriteOnly) && reference.write(bytes) == bytes.size();
    return written ? QString() : file + " cannot be written";
  }
  const QImage small = ui_test::shrunk(picture);
  const QImage reference = QImage(file).convertToFormat(QImage::Format_RGB32);
  if (reference.size() != small.size()) return name + ": there is no reference of this size";
  const PictureDifference found = ui_test::difference(small, reference);
  if (found.alike()) return {};
  return QStringLiteral("%1 differs: %2 on the whole (most %3), %4 at %5,%6 (most %7)")
      .arg(name)
      .arg(found.mean, 0, 'f', 2)
      .arg(ui_test::kMostMean)
      .arg(found.worst, 0, 'f', 1)
      .arg(found.where.x())
      .arg(found.where.y())
      .arg(ui_test::kMostTile);
}

void photograph(PictureRig& rig, const std::vector<ui_test::PictureScene>& scenes, QStringList& wrong) {
  for (const Shape& shape : kShapes) {
    rig.window()->resize(shape.size);
    for (const char* language : kLanguages) {
      for (const char* theme : kThemes) {
        rig.set("language", language);
        rig.set("theme", theme);
        for (const ui_test::PictureScene& scene : scenes) {
          const QString name = QString("%1-%2-%3-%4").arg(scene.name, theme, shape.name, language);
          const QString why = judge(name, rig.picture(scene));
          if (!why.isEmpty()) wrong.append(why);
        }
      }
    }
  }
}

}  // namespace

class PicturesTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    ui::prepareGuiApplication();
    QGuiApplication::styleHints()->setCursorFlashTime(0);
    if (!updating() && !QDir(kFolder).exists() && !qEnvironmentVariableIsSet("HEARTH_PICTURES_FOLDER")) {
      QSKIP("there are no references; HEARTH_PICTURES=update makes them");
    }
  }

  void everyPageLooksAsItsPicture() {
    QStringList wrong;
    {
      PictureRig rig(true);
      photograph(rig, ui_test::loadedScenes(), wrong);
    }
    {
      PictureRig rig(false);
      photograph(rig, ui_test::emptyScenes(), wrong);
    }
    if (updating()) {
      qint64 bytes = 0;
      for (const QFileInfo& file : QDir(kFolder).entryInfoList({"*.jpg"})) bytes += file.size();
      qInfo("references: %lld bytes", bytes);
    }
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
  }

  /// What the comparison is for: a part that is gone, moved or of another colour is seen; noise is not.
  void changesAreSeenAndNoiseIsNot() {
    PictureRig rig(true);
    rig.window()->resize(kShapes.front().size);
    rig.set("theme", "light");
    const QImage picture = rig.picture(ui_test::loadedScenes().front());
    const QImage small = ui_test::shrunk(picture);
    const QQuickItem* button = rig.item("railChat");
    QVERIFY(button != nullptr);
    const QRect place = button->mapRectToScene(button->boundingRect()).toRect();
    QImage without = picture;
    QPainter(&without).fillRect(place, picture.pixelColor(place.left() - 4, place.top()));
    QVERIFY(!ui_test::difference(small, ui_test::shrunk(without)).alike());
    const QImage moved = picture.copy(0, 12, picture.width(), picture.height());
    QVERIFY(!ui_test::difference(small, ui_test::shrunk(moved)).alike());
    QImage noisy = picture;
    constexpr int kNoise = 2;
    for (int y = 0; y < noisy.height(); ++y) {
      for (int x = 0; x < noisy.width(); ++x) {
        const int change = (x + y) % 2 == 0 ? kNoise : -kNoise;
        const auto shifted = [change](int value) { return std::clamp(value + change, 0, 255); };
        const QRgb was = noisy.pixel(x, y);
        noisy.setPixel(x, y, qRgb(shifted(qRed(was)), shifted(qGreen(was)), shifted(qBlue(was))));
      }
    }
    QVERIFY(ui_test::difference(small, ui_test::shrunk(noisy)).alike());
  }
};

QTEST_MAIN(PicturesTest)
#include "pictures_test.moc"
