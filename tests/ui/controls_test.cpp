// Qt Quick Test over tests/ui/controls: our controls by themselves.
#include <QQmlEngine>
#include <QtQuickTest>

#include "ui/application.h"
#include "ui/theme/hatch_provider.h"

class Setup : public QObject {
  Q_OBJECT

 public slots:
  void applicationAvailable() { ui::prepareGuiApplication(); }
  void qmlEngineAvailable(QQmlEngine* engine) {
    engine->addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine->addImageProvider(QStringLiteral("hatch"), new ui::HatchProvider);
  }
};

QUICK_TEST_MAIN_WITH_SETUP(controls, Setup)
#include "controls_test.moc"
