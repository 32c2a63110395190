#include "ui/hub/hub_page_model.h"

#include <QUrl>
#include <algorithm>
#include <array>
#include <filesystem>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

constexpr std::array<const char*, 3> kFormats = {"", "safetensors", "gguf"};

QString shown(const std::string& text) {
  return visibleName(QString::fromStdString(text));
}

}  // namespace

HubPageModel::HubPageModel(Tasks& tasks, app::HubOptions options, const ModelSources& sources, QObject* parent)
    : QObject(parent), m_tasks(tasks), m_options(std::move(options)), m_sources(sources) {}

HubPageModel::~HubPageModel() = default;

app::HubClient& HubPageModel::client() {
  if (m_client == nullptr) {
    m_client = std::make_unique<app::HubClient>(m_options);
    for (const app::DownloadSnapshot& kept : m_client->downloads()) m_downloads.put(kept);
    m_client->addListener(
        m_tasks.onGui<app::DownloadSnapshot>(this, [this](const app::DownloadSnapshot& snapshot) { put(snapshot); }));
  }
  return *m_client;
}

void HubPageModel::put(const app::DownloadSnapshot& snapshot) {
  m_downloads.put(snapshot);
  if (snapshot.state == app::DownloadState::Done) emit finished(QString::fromStdString(snapshot.path.string()));
  // A row of choices tells whether it is being downloaded.
  if (m_listing && m_listing->id == snapshot.request.repository) emit repositoryChanged();
}

void HubPageModel::resumeInterrupted() {
  std::error_code error;
  if (std::filesystem::exists(m_options.stateFile, error)) client().resumeInterrupted();
}

QString HubPageModel::hubName() const {
  const QString host = QUrl(QString::fromStdString(m_options.endpoint)).host();
  return visibleName(host.isEmpty() ? QString::fromStdString(m_options.endpoint) : host);
}

QString HubPageModel::cacheFolder() const {
  return shown(m_options.cacheFolder.string());
}

void HubPageModel::setFormat(int format) {
  if (format == m_format || format < 0 || format >= static_cast<int>(kFormats.size())) return;
  m_format = format;
  emit searchChanged();
  if (m_state != QLatin1String("idle")) search(m_words);
}

void HubPageModel::search(const QString& words) {
  m_words = words.trimmed();
  m_results.clear();
  m_next.clear();
  ask({.words = m_words.toStdString(), .format = kFormats[static_cast<size_t>(m_format)]});
}

void HubPageModel::more() {
  if (m_next.empty() || m_state == QLatin1String("searching")) return;
  ask({.next = m_next});
}

void HubPageModel::ask(app::HubSearch search) {
  m_state = QStringLiteral("searching");
  m_searchError.clear();
  emit searchChanged();
  using Page = engine::Result<app::HubSearchPage>;
  client().search(std::move(search), m_tasks.onGui<Page>(this, [this, turn = ++m_searchTurn](Page page) {
    if (turn == m_searchTurn) took(std::move(page));
  }));
}

void HubPageModel::took(engine::Result<app::HubSearchPage> page) {
  if (page) {
    m_next = page->next;
    m_results.append(std::move(page->models));
    m_state = m_results.count() > 0 ? QStringLiteral("found") : QStringLiteral("nothing");
  } else {
    m_state = QStringLiteral("failed");
    m_searchError = displayText(QString::fromStdString(page.error().message));
  }
  emit searchChanged();
}

void HubPageModel::look(const QString& repository) {
  const QString name = repository.trimmed();
  m_repository = visibleName(name);
  m_listing.reset();
  m_look = {};
  m_lookError.clear();
  m_looking = true;
  emit repositoryChanged();
  using Listing = engine::Result<app::HubListing>;
  client().list(name.toStdString(), "main", m_tasks.onGui<Listing>(this, [this, turn = ++m_lookTurn](Listing listing) {
    if (turn == m_lookTurn) tookListing(std::move(listing));
  }));
}

void HubPageModel::tookListing(engine::Result<app::HubListing> listing) {
  if (!listing) {
    m_looking = false;
    m_lookError = displayText(QString::fromStdString(listing.error().message));
    return emit repositoryChanged();
  }
  m_listing = std::move(*listing);
  m_repository = shown(m_listing->id);  // an address was as good
  const auto& files = m_listing->files;
  const bool hasConfig =
      std::any_of(files.begin(), files.end(), [](const app::HubFile& file) { return file.path == "config.json"; });
  if (!hasConfig) return lookCloser({});
  using Text = engine::Result<std::string>;
  client().readText(m_listing->id, m_listing->commit, "config.json",
                    m_tasks.onGui<Text>(this, [this, turn = m_lookTurn](const Text& text) {
                      // A gated repository lists its files and keeps them: the choices then go by their bytes alone.
                      if (turn == m_lookTurn) lookCloser(text ? *text : std::string());
                    }));
}

void HubPageModel::lookCloser(const std::string& config) {
  struct Outcome {
    ConfigLook look;
    engine::HostMemory memory;
  };
  m_tasks.run<Outcome>(
      this,
      [config, repository = m_listing->id, &sources = m_sources] {
        Outcome out;
        if (!config.empty()) out.look = lookAtConfig(config, repository, sources);
        out.memory = sources.hostMemory();
        return out;
      },
      [this, turn = m_lookTurn](Outcome outcome) {
        if (turn != m_lookTurn) return;
        m_look = std::move(outcome.look);
        m_memory = outcome.memory;
        m_looking = false;
        emit repositoryChanged();
      });
}

void HubPageModel::closeRepository() {
  ++m_lookTurn;
  m_repository.clear();
  m_listing.reset();
  m_lookError.clear();
  m_looking = false;
  emit repositoryChanged();
}

QString HubPageModel::repositoryLine() const {
  if (!m_listing) return {};
  QStringList parts;
  if (m_listing->parameters > 0) parts << parametersText(m_listing->parameters);
  parts << (m_listing->licence.empty() ? tr("no licence named") : tr("licence: %1").arg(shown(m_listing->licence)));
  parts << tr("commit %1").arg(shown(m_listing->commit).left(8));
  if (m_listing->ignored > 0) parts << tr("left out for unsafe names: %1").arg(m_listing->ignored);
  return parts.join(QStringLiteral(" · "));
}

QString HubPageModel::gate() const {
  if (!m_listing) return {};
  switch (m_listing->gate) {
    case app::HubGate::Open:
      break;
    case app::HubGate::Licence:
      return tr(
          "Its licence has to be accepted on the model's page first; the token of that account is then read from "
          "HF_TOKEN.");
    case app::HubGate::Approval:
      return tr(
          "Its owner has to agree first: ask on the model's page; the token of that account is then read from "
          "HF_TOKEN.");
  }
  return {};
}

QString HubPageModel::address() const {
  return m_listing ? QString::fromStdString(m_options.endpoint) + u'/' + m_repository : QString();
}

QVariantList HubPageModel::choices() const {
  if (!m_listing || m_looking) return {};
  QVariantList rows = describeChoices(*m_listing, m_look, m_memory);
  for (int i = 0; i < rows.size(); ++i) {
    QVariantMap row = rows[i].toMap();
    row[QStringLiteral("running")] = m_downloads.holds(m_listing->id, m_listing->choices[static_cast<size_t>(i)].label);
    rows[i] = row;
  }
  return rows;
}

void HubPageModel::download(int choice) {
  if (!m_listing || choice < 0 || choice >= static_cast<int>(m_listing->choices.size())) return;
  app::DownloadRequest request;
  request.repository = m_listing->id;
  request.revision = m_listing->revision;
  request.include = {m_listing->choices[static_cast<size_t>(choice)].label};
  client().download(std::move(request));
}

void HubPageModel::pause(int row) {
  if (const app::DownloadSnapshot* download = m_downloads.at(row)) client().pause(download->id);
}

void HubPageModel::resume(int row) {
  if (const app::DownloadSnapshot* download = m_downloads.at(row)) client().resume(download->id);
}

void HubPageModel::remove(int row) {
  const app::DownloadSnapshot* download = m_downloads.at(row);
  if (download == nullptr) return;
  const app::DownloadId id = download->id;
  const bool whole = download->state == app::DownloadState::Done;
  if (whole) {
    client().forget(id);
  } else {
    client().cancel(id);
  }
  m_downloads.remove(id);
}

QString HubPageModel::pathOf(int row) const {
  const app::DownloadSnapshot* download = m_downloads.at(row);
  const bool whole = download != nullptr && download->state == app::DownloadState::Done;
  return whole ? QString::fromStdString(download->path.string()) : QString();
}

}  // namespace ui
