#include "ui/application.h"

#include <QFont>
#include <QGuiApplication>
#include <QIcon>
#include <QLibraryInfo>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QQmlAbstractUrlInterceptor>
#include <QQmlExtensionPlugin>
#include <QQmlNetworkAccessManagerFactory>

#include "ui/theme/hatch_provider.h"

Q_IMPORT_QML_PLUGIN(Hearth_ThemePlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_FirstRunPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ShellPlugin)

namespace ui {

namespace {

/// Lets QML load from the program's own resources and from Qt's installed modules, and from nowhere else.
class LocalOnly : public QQmlAbstractUrlInterceptor {
 public:
  QUrl intercept(const QUrl& url, DataType /*type*/) override {
    if (url.scheme() == "qrc" || url.scheme() == "image" || url.isEmpty()) return url;
    if (url.isLocalFile() && url.toLocalFile().startsWith(m_qtModules)) return url;
    return QUrl(QStringLiteral("qrc:/refused"));
  }

 private:
  const QString m_qtModules = QLibraryInfo::path(QLibraryInfo::QmlImportsPath) + '/';
};

/// QML gets no network: a manager without any reachable access.
class NoNetwork : public QNetworkAccessManager {
 public:
  using QNetworkAccessManager::QNetworkAccessManager;

 protected:
  QNetworkReply* createRequest(Operation operation, const QNetworkRequest& /*request*/, QIODevice* data) override {
    return QNetworkAccessManager::createRequest(operation, QNetworkRequest(QUrl(QStringLiteral("refused:"))), data);
  }
};

class NoNetworkFactory : public QQmlNetworkAccessManagerFactory {
 public:
  QNetworkAccessManager* create(QObject* parent) override { return new NoNetwork(parent); }
};

LocalOnly& localOnly() {
  static LocalOnly interceptor;
  return interceptor;
}

NoNetworkFactory& noNetworkFactory() {
  static NoNetworkFactory factory;
  return factory;
}

}  // namespace

void prepareGuiApplication() {
  QGuiApplication::setApplicationName(QStringLiteral("hearth"));
  QGuiApplication::setApplicationDisplayName(QStringLiteral("Hearth"));
  QGuiApplication::setDesktopFileName(QStringLiteral("hearth"));
  QGuiApplication::setApplicationVersion(QStringLiteral(HEARTH_VERSION));
  QFont::insertSubstitutions("Inter", {"Noto Sans", "Noto Sans CJK SC", "DejaVu Sans", "sans-serif"});
  QFont::insertSubstitutions("JetBrains Mono",
                             {"Cascadia Mono", "Noto Sans Mono", "Noto Sans Mono CJK SC", "monospace"});
  QFont font(QStringLiteral("Inter"));
  font.setPixelSize(13);
  QGuiApplication::setFont(font);
  QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/qt/qml/Hearth/Theme/icons/hearth.svg")));
  QQuickWindow::setTextRenderType(QQuickWindow::NativeTextRendering);
}

Application::Application(const app::AppPaths& paths)
    : m_shell(std::make_unique<ShellModel>(paths)), m_engine(std::make_unique<QQmlApplicationEngine>()) {
  m_engine->addImportPath(QStringLiteral("qrc:/qt/qml"));
  m_engine->addUrlInterceptor(&localOnly());
  m_engine->setNetworkAccessManagerFactory(&noNetworkFactory());
  m_engine->addImageProvider(QStringLiteral("hatch"), new HatchProvider);
}

Application::~Application() {
  m_engine.reset();
}

QQuickWindow* Application::show() {
  m_engine->setInitialProperties({{QStringLiteral("shell"), QVariant::fromValue(m_shell.get())}});
  m_engine->load(QUrl(QStringLiteral("qrc:/qt/qml/Hearth/Shell/Main.qml")));
  const QList<QObject*> roots = m_engine->rootObjects();
  return roots.isEmpty() ? nullptr : qobject_cast<QQuickWindow*>(roots.first());
}

}  // namespace ui
