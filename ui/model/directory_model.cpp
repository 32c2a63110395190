#include "ui/model/directory_model.h"

#include <QDir>
#include <QRegularExpression>
#include <QUrl>
#include <algorithm>
#include <set>

#include "app/starter.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

bool isFile(const QString& path) {
  return path.endsWith(QLatin1String(".gguf"), Qt::CaseInsensitive);
}

/// What a place is called before it was inspected.
QString placeName(const QString& path) {
  QString name = path.section(u'/', -1);
  if (name.startsWith(QLatin1String("models--"))) name = name.section(QStringLiteral("--"), -1);
  return visibleName(name);
}

/// What files of one model have in common: folder and name, without the quantization at the name's end.
QString familyOf(const QString& path) {
  static const QRegularExpression quantization(
      QStringLiteral("[-._](?:UD-)?(?:i?q\\d\\w*|bf16|f16|f32|fp16|mxfp4\\w*)(?:-\\d{5}-of-\\d{5})?\\.gguf$"),
      QRegularExpression::CaseInsensitiveOption);
  QString family = path;
  return family.remove(quantization);
}

}  // namespace

DirectoryModel::DirectoryModel(Tasks& tasks, SettingsBridge& settings, RecentModel& recent, const ModelSources& sources,
                               QObject* parent)
    : QAbstractListModel(parent), m_tasks(tasks), m_settings(settings), m_recent(recent), m_sources(sources) {
  for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
    connect(&m_recent, signal, this, &DirectoryModel::rebuild);
  }
  connect(&m_recent, &QAbstractItemModel::dataChanged, this, &DirectoryModel::rebuild);
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    if (key == "model-directories" && m_scanned) rescan();
  });
  rebuild();
}

int DirectoryModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant DirectoryModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const Row& row = m_rows[static_cast<size_t>(index.row())];
  switch (role) {
    case PathRole:
      return row.path;
    case NameRole:
      return row.name;
    case DetailRole:
      return row.detail;
    case ProblemRole:
      return row.problem;
    case CurrentRole:
      return row.current;
    case FileRole:
      return row.file;
    case FoundRole:
      return row.found;
    case SectionRole:
      return row.found ? foundTitle() : tr("Recent");
    default:
      return {};
  }
}

QHash<int, QByteArray> DirectoryModel::roleNames() const {
  return {{PathRole, "path"},       {NameRole, "name"},   {DetailRole, "detail"}, {ProblemRole, "problem"},
          {CurrentRole, "current"}, {FileRole, "isFile"}, {FoundRole, "found"},   {SectionRole, "section"}};
}

void DirectoryModel::setFilter(const QString& filter) {
  if (filter == m_filter) return;
  m_filter = filter;
  emit filterChanged();
  rebuild();
}

bool DirectoryModel::passes(const Row& row) const {
  const QString text = row.name + u' ' + row.detail + u' ' + row.path;
  for (const QString& word : m_filter.split(u' ', Qt::SkipEmptyParts)) {
    if (!text.contains(word, Qt::CaseInsensitive)) return false;
  }
  return true;
}

void DirectoryModel::rebuild() {
  std::vector<Row> rows;
  std::set<QString> seen;
  const auto add = [&](Row row) {
    row.file = isFile(row.path);
    if (passes(row) && seen.insert(row.path).second) rows.push_back(std::move(row));
  };
  QString current;
  for (int i = 0; i < m_recent.count(); ++i) {
    const QModelIndex at = m_recent.index(i);
    const auto text = [&](int role) { return m_recent.data(at, role).toString(); };
    Row row{text(RecentModel::PathRole), text(RecentModel::NameRole), text(RecentModel::DetailRole),
            text(RecentModel::ProblemRole)};
    row.current = m_recent.data(at, RecentModel::CurrentRole).toBool();
    if (row.current) current = row.path;
    add(std::move(row));
  }
  for (const Found& found : m_found) {
    Row row{found.path, found.name, found.detail, found.problem};
    row.found = true;
    row.current = !current.isEmpty() && found.path == current;
    add(std::move(row));
  }
  rows = folded(std::move(rows));
  const auto samePlace = [](const Row& a, const Row& b) { return a.path == b.path && a.found == b.found; };
  if (std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(), samePlace)) {
    m_rows = std::move(rows);  // the list keeps its place and its focus
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
  } else {
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
  }
  emit changed();
}

/// The one that is current stands for all, else the first.
std::vector<DirectoryModel::Row> DirectoryModel::folded(std::vector<Row> rows) {
  std::vector<Row> heads;
  std::map<QString, size_t> places;
  for (Row& row : rows) {
    row.files = QStringList{row.path};
    const QString family = row.file ? familyOf(row.path) : row.path;
    const auto [place, fresh] = places.try_emplace(family, heads.size());
    if (fresh) {
      heads.push_back(std::move(row));
      continue;
    }
    Row& head = heads[place->second];
    const QStringList files = head.files + row.files;
    if (row.current) {
      row.found = head.found;
      head = std::move(row);
    }
    head.files = files;
  }
  for (Row& head : heads) {
    head.files.sort(Qt::CaseInsensitive);
    if (head.files.size() < 2) continue;
    const QString count = tr("%1 files").arg(head.files.size());
    head.detail += head.detail.isEmpty() ? count : QStringLiteral(" · ") + count;
  }
  return heads;
}

const DirectoryModel::Row* DirectoryModel::current() const {
  const int row = currentRow();
  return row >= 0 ? &m_rows[static_cast<size_t>(row)] : nullptr;
}

QStringList DirectoryModel::variants() const {
  const Row* row = current();
  QStringList names;
  if (row == nullptr || row->files.size() < 2) return names;
  for (const QString& path : row->files) names.append(visibleName(path.section(u'/', -1)));
  return names;
}

int DirectoryModel::currentVariant() const {
  const Row* row = current();
  return row == nullptr ? -1 : static_cast<int>(row->files.indexOf(row->path));
}

QString DirectoryModel::variantPath(int variant) const {
  const Row* row = current();
  return row == nullptr ? QString() : row->files.value(variant);
}

QString DirectoryModel::foundTitle() const {
  return m_folders == 1 ? tr("Found in one folder") : tr("Found in %1 folders").arg(m_folders);
}

QStringList DirectoryModel::names() const {
  QStringList names;
  for (const Row& row : m_rows) names.append(row.name);
  return names;
}

int DirectoryModel::currentRow() const {
  const auto found = std::find_if(m_rows.begin(), m_rows.end(), [](const Row& row) { return row.current; });
  return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int DirectoryModel::firstFound() const {
  const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& row) {
    return row.found && row.problem.isEmpty() && !row.path.endsWith(QLatin1String(app::kStarterModel));
  });
  return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

QString DirectoryModel::pathAt(int row) const {
  return row >= 0 && row < count() ? m_rows[static_cast<size_t>(row)].path : QString();
}

void DirectoryModel::scanOnce() {
  if (!m_scanned) rescan();
}

void DirectoryModel::rescan() {
  m_scanned = m_searching = true;
  emit changed();
  ModelSources::Folders folders;
  for (const std::string& folder : m_settings.settings().list("model-directories")) {
    folders.emplace_back(QDir::fromNativeSeparators(QString::fromStdString(folder)).toStdString());
  }
  m_tasks.run<app::ModelSearch>(
      this, [search = m_sources.search, folders] { return search(folders); },
      [this, turn = ++m_turn](const app::ModelSearch& search) {
        if (turn != m_turn) return;
        std::map<QString, Found> known;
        for (Found& found : m_found) known[found.path] = std::move(found);
        m_found.clear();
        std::set<std::filesystem::path> roots;
        for (const app::FoundModel& model : search.models) {
          const QString path = QString::fromStdString(model.path.string());
          const auto before = known.find(path);
          m_found.push_back(before != known.end() ? before->second : Found{path, placeName(path), {}, {}});
          roots.insert(model.root);
        }
        m_folders = static_cast<int>(roots.size());
        m_problems = lines(search.problems);
        m_searching = false;
        rebuild();
        inspectNext(turn, 0);
      });
}

void DirectoryModel::inspectNext(int turn, size_t at) {
  if (turn != m_turn || at >= m_found.size()) return;
  struct Line {
    QString name, detail, problem;
  };
  m_tasks.run<Line>(
      this,
      [inspect = m_sources.inspect, path = m_found[at].path.toStdString()] {
        const engine::Result<engine::ModelInfo> info = inspect(path);
        if (!info) return Line{{}, {}, displayText(QString::fromStdString(info.error().message))};
        return Line{visibleName(QString::fromStdString(info->modelId)), modelLine(*info),
                    info->problems.empty() ? QString() : lines(info->problems).front()};
      },
      [this, turn, at](const Line& line) {
        if (turn != m_turn || at >= m_found.size()) return;
        Found& found = m_found[at];
        if (!line.name.isEmpty()) found.name = line.name;
        found.detail = line.detail;
        found.problem = line.problem;
        rebuild();
        inspectNext(turn, at + 1);
      });
}

QString DirectoryModel::addFolder(const QUrl& folder) {
  if (!folder.isLocalFile()) return tr("Only folders of this computer can be searched.");
  const std::string path = QDir::cleanPath(folder.toLocalFile()).toStdString();
  std::vector<std::string> folders = m_settings.settings().list("model-directories");
  if (std::find(folders.begin(), folders.end(), path) != folders.end()) {
    rescan();
    return {};
  }
  std::string joined;
  folders.push_back(path);
  for (const std::string& one : folders) joined += (joined.empty() ? "" : ",") + one;
  const engine::Result<void> stored = m_settings.store("model-directories", joined);
  return stored ? QString() : displayText(QString::fromStdString(stored.error().message));
}

}  // namespace ui
