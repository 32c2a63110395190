// Getting models: search on the hub, what a repository holds, downloads. The client works on a thread of its own; its
// news come home through Tasks.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QVariantList>
#include <memory>
#include <optional>

#include "app/hub.h"
#include "ui/bridge/tasks.h"
#include "ui/hub/hub_downloads.h"
#include "ui/hub/hub_look.h"
#include "ui/hub/hub_results.h"
#include "ui/model/model_sources.h"

namespace ui {

class HubPageModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::HubResultModel* results READ results CONSTANT)
  Q_PROPERTY(ui::HubDownloadModel* downloads READ downloads CONSTANT)
  Q_PROPERTY(QString hubName READ hubName CONSTANT)
  Q_PROPERTY(QString cacheFolder READ cacheFolder CONSTANT)
  Q_PROPERTY(QString words READ words NOTIFY searchChanged)
  Q_PROPERTY(int format READ format WRITE setFormat NOTIFY searchChanged)
  Q_PROPERTY(QString state READ state NOTIFY searchChanged)
  Q_PROPERTY(QString searchError READ searchError NOTIFY searchChanged)
  Q_PROPERTY(bool hasMore READ hasMore NOTIFY searchChanged)
  Q_PROPERTY(QString repository READ repository NOTIFY repositoryChanged)
  Q_PROPERTY(bool looking READ looking NOTIFY repositoryChanged)
  Q_PROPERTY(QString lookError READ lookError NOTIFY repositoryChanged)
  Q_PROPERTY(QString repositoryLine READ repositoryLine NOTIFY repositoryChanged)
  Q_PROPERTY(QString gate READ gate NOTIFY repositoryChanged)
  Q_PROPERTY(QString address READ address NOTIFY repositoryChanged)
  Q_PROPERTY(QVariantList choices READ choices NOTIFY repositoryChanged)

 public:
  /// `options.stateFile` keeps downloads over restarts. `sources` must outlive it.
  HubPageModel(Tasks& tasks, app::HubOptions options, const ModelSources& sources, QObject* parent = nullptr);
  ~HubPageModel() override;

  HubResultModel* results() { return &m_results; }
  HubDownloadModel* downloads() { return &m_downloads; }
  /// "huggingface.co": whom a search tells what is looked for.
  QString hubName() const;
  QString cacheFolder() const;
  QString words() const { return m_words; }
  /// 0 any, 1 safetensors, 2 GGUF.
  int format() const { return m_format; }
  void setFormat(int format);
  /// "idle", "searching", "found", "nothing", "failed".
  QString state() const { return m_state; }
  QString searchError() const { return m_searchError; }
  bool hasMore() const { return !m_next.empty(); }
  /// The repository that is looked at; empty: the search is shown.
  QString repository() const { return m_repository; }
  bool looking() const { return m_looking; }
  QString lookError() const { return m_lookError; }
  QString repositoryLine() const;
  /// What has to be done on the hub's page first; empty for open models.
  QString gate() const;
  /// Of its page, for people.
  QString address() const;
  QVariantList choices() const;

  /// Goes on with what the end of an earlier program interrupted. Without such a download nothing is made or asked.
  void resumeInterrupted();

  Q_INVOKABLE void search(const QString& words);
  Q_INVOKABLE void more();
  Q_INVOKABLE void look(const QString& repository);
  Q_INVOKABLE void closeRepository();
  /// Downloads a row of choices().
  Q_INVOKABLE void download(int choice);
  Q_INVOKABLE void pause(int row);
  Q_INVOKABLE void resume(int row);
  /// Ends a download and drops its parts; takes one that has ended off the list.
  Q_INVOKABLE void remove(int row);
  /// The path of a finished download, to be chosen as model.
  Q_INVOKABLE QString pathOf(int row) const;

 signals:
  void searchChanged();
  void repositoryChanged();
  /// A model is whole and can be loaded.
  void finished(const QString& path);

 private:
  app::HubClient& client();
  void ask(app::HubSearch search);
  void took(engine::Result<app::HubSearchPage> page);
  void tookListing(engine::Result<app::HubListing> listing);
  void lookCloser(const std::string& config);
  void put(const app::DownloadSnapshot& snapshot);

  Tasks& m_tasks;
  const app::HubOptions m_options;
  const ModelSources& m_sources;
  HubResultModel m_results;
  HubDownloadModel m_downloads;
  QString m_words, m_state = QStringLiteral("idle"), m_searchError;
  int m_format = 0;
  std::string m_next;
  QString m_repository, m_lookError;
  bool m_looking = false;
  std::optional<app::HubListing> m_listing;
  ConfigLook m_look;
  engine::HostMemory m_memory;
  uint64_t m_searchTurn = 0, m_lookTurn = 0;  ///< answers of earlier turns are not wanted any more
  std::unique_ptr<app::HubClient> m_client;
};

}  // namespace ui
