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
#include <QQuickStyle>

#include "ui/i18n/retranslate.h"
#include "ui/theme/hatch_provider.h"

Q_IMPORT_QML_PLUGIN(Hearth_ThemePlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ControlsPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_FirstRunPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ChatPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_HubPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ModelPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_MonitorPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_RemotePlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ServerPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_SettingsPlugin)
Q_IMPORT_QML_PLUGIN(Hearth_ShellPlugin)

namespace ui {

namespace {

constexpr const char* kResumeKey = "resume/chat";

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

/// The folder, made where it is not there.
std::filesystem::path folderOf(const std::filesystem::path& folder) {
  std::error_code ignored;  // who writes there says what is wrong
  std::filesystem::create_directories(folder, ignored);
  return folder;
}

app::HubOptions hubOptions(const app::AppPaths& paths) {
  app::HubOptions options = app::HubOptions::fromEnvironment();
  options.stateFile = paths.data / "downloads.json";
  return options;
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
  QQuickStyle::setStyle(QStringLiteral("Basic"));  // for Qt's own pickers where the desktop has none
  QQuickWindow::setTextRenderType(QQuickWindow::NativeTextRendering);
}

Application::Application(app::AppContext& context, std::optional<ModelSources> sources,
                         std::optional<app::HubOptions> hub, bool keychain, std::optional<app::StarterOptions> starter)
    : m_context(context),
      m_state(QString::fromStdString((context.paths.config / "window.ini").string()), QSettings::IniFormat),
      m_settings(context.settings, context.paths.config / "settings.json", m_tasks),
      m_language(m_settings),
      m_host(*context.host, m_tasks),
      m_store(context.conversations ? makeDatabaseStore(*context.conversations, m_tasks) : makeMemoryStore(m_tasks)),
      m_sources(sources ? std::move(*sources) : ModelSources::real(context.paths.cache)),
      m_shell(m_settings, m_state, QString::fromStdString(context.conversationsNotice)),
      m_remote(m_tasks, m_settings, makeKeyStore(folderOf(context.paths.config / "remote"), m_tasks, keychain)),
      m_status(m_host, m_tasks, m_remote),
      m_chat(m_tasks, *m_store, m_host, m_state, &m_remote),
      m_modelPage(m_tasks, m_settings, m_host, m_state, context.paths, m_sources),
      m_hub(m_tasks, hub ? std::move(*hub) : hubOptions(context.paths), m_sources),
      m_firstRun(m_tasks, starter ? std::move(*starter) : app::StarterOptions::forPaths(context.paths), m_sources),
      m_server(context.server.get(), m_tasks, m_settings, m_host,
               makeKeyStore(context.paths.config, m_tasks, keychain)),
      m_monitor(m_host, m_tasks),
      m_settingsPage(m_settings, context.paths),
      m_engine(std::make_unique<QQmlApplicationEngine>()) {
  m_engine->addImportPath(QStringLiteral("qrc:/qt/qml"));
  m_engine->addUrlInterceptor(&localOnly());
  m_engine->setNetworkAccessManagerFactory(&noNetworkFactory());
  m_engine->addImageProvider(QStringLiteral("hatch"), new HatchProvider);
  QObject::connect(&m_shell, &ShellModel::restartWanted, &m_shell, [this] { restart(); });
  QObject::connect(&m_language, &Language::changed, &m_shell, [this] { showLanguage(); });
  const auto setTitling = [this] { m_chat.setTitling(m_settings.settings().boolean("auto-titles")); };
  setTitling();
  QObject::connect(&m_settings, &SettingsBridge::changed, &m_chat, [setTitling](const QString& key) {
    if (key == "auto-titles") setTitling();
  });
  // Who loads a model wants it to answer.
  QObject::connect(&m_host, &HostBridge::engineChanged, &m_remote, [this] {
    if (m_host.engine() != nullptr) m_remote.setInUse(false);
  });
  QObject::connect(&m_hub, &HubPageModel::finished, m_modelPage.directory(),
                   [this] { m_modelPage.directory()->rescan(); });
  QObject::connect(&m_firstRun, &FirstRunModel::finished, &m_modelPage, [this] { m_modelPage.useStarter(); });
}

void Application::showLanguage() {
  m_engine->retranslate();
  for (QObject* model : std::initializer_list<QObject*>{&m_shell, &m_remote, &m_status, &m_chat, &m_modelPage, &m_hub,
                                                        &m_firstRun, &m_server, &m_monitor, &m_settingsPage}) {
    retranslate(*model);
  }
}

void Application::restart() {
  m_state.setValue(kResumeKey, m_chat.currentId());
  m_state.sync();
  m_restart();
}

void Application::resumeChat() {
  const qint64 id = m_state.value(kResumeKey).toLongLong();
  if (id <= 0) return;
  m_state.remove(kResumeKey);
  m_shell.setPage(QStringLiteral("chat"));
  m_chat.open(id);
}

Application::~Application() {
  m_engine.reset();
}

QQuickWindow* Application::show() {
  m_engine->setInitialProperties({{QStringLiteral("shell"), QVariant::fromValue(&m_shell)},
                                  {QStringLiteral("status"), QVariant::fromValue(&m_status)},
                                  {QStringLiteral("chat"), QVariant::fromValue(&m_chat)},
                                  {QStringLiteral("modelPage"), QVariant::fromValue(&m_modelPage)},
                                  {QStringLiteral("hub"), QVariant::fromValue(&m_hub)},
                                  {QStringLiteral("firstRunModel"), QVariant::fromValue(&m_firstRun)},
                                  {QStringLiteral("remote"), QVariant::fromValue(&m_remote)},
                                  {QStringLiteral("server"), QVariant::fromValue(&m_server)},
                                  {QStringLiteral("monitor"), QVariant::fromValue(&m_monitor)},
                                  {QStringLiteral("settings"), QVariant::fromValue(&m_settingsPage)}});
  m_engine->load(QUrl(QStringLiteral("qrc:/qt/qml/Hearth/Shell/Main.qml")));
  m_hub.resumeInterrupted();
  const QList<QObject*> roots = m_engine->rootObjects();
  return roots.isEmpty() ? nullptr : qobject_cast<QQuickWindow*>(roots.first());
}

void Application::loadFirstModel() {
  const app::Settings& settings = m_context.settings;
  const bool asked = settings.source("model-path") != app::SettingSource::Default;
  const std::string& path = settings.text(asked ? "model-path" : "last-model");
  std::error_code error;
  // Where a remote server answers, a model here is loaded when somebody asks for it.
  if (!asked && m_remote.inUse()) return;
  if (path.empty() || (!asked && !std::filesystem::exists(path, error))) return;
  // What was asked for and cannot be loaded is shown where it is explained.
  QObject::connect(
      &m_modelPage, &ModelPageModel::refused, &m_shell, [this] { m_shell.setPage("model"); }, Qt::SingleShotConnection);
  // A path from a command line means the folder that the program was started in, today only.
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  m_modelPage.chooseAndLoad(QString::fromStdString(error ? path : whole.string()));
}

}  // namespace ui
