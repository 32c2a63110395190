#include "ui/server/key_model.h"

#include <QRandomGenerator>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr int kKeyBytes = 24;
constexpr int kMostLabel = 40;
constexpr int kMostKeys = 1000;
constexpr QLatin1String kClientPrefix("key ");

QString newKey() {
  QByteArray random(kKeyBytes, Qt::Uninitialized);
  QRandomGenerator::system()->generate(random.begin(), random.end());
  return QStringLiteral("hk-") +
         QString::fromLatin1(random.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

}  // namespace

KeyModel::KeyModel(std::unique_ptr<KeyStore> store, SettingsBridge& settings, QObject* parent)
    : QAbstractListModel(parent), m_store(std::move(store)), m_settings(settings) {}

QList<ServerKey> KeyModel::shown() const {
  if (!fixed()) return m_keys;
  QList<ServerKey> keys;
  for (const std::string& key : m_settings.settings().list("api-keys")) {
    keys.append({QString::number(keys.size() + 1), QString::fromStdString(key)});
  }
  return keys;
}

QStringList KeyModel::labels() const {
  QStringList labels;
  for (const ServerKey& key : shown()) labels.append(key.label);
  return labels;
}

QString KeyModel::place() const {
  if (fixed()) return tr("set by a flag or the environment");
  if (m_keys.isEmpty()) return tr("none, and none needed here");
  if (m_place == KeyPlace::Keychain) return tr("in the system keychain");
  return m_place == KeyPlace::File ? tr("in a file") : tr("being kept");
}

int KeyModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant KeyModel::data(const QModelIndex& index, int role) const {
  const QList<ServerKey> keys = shown();
  if (index.row() < 0 || index.row() >= keys.size()) return {};
  const QString& label = keys[index.row()].label;
  switch (role) {
    case LabelRole:
      return visibleName(label);
    case MaskedRole:
      return masked(index.row());
    case UseRole:
      if (m_inUse.contains(label)) return tr("in use");
      return m_lastUse.contains(label) ? m_lastUse[label].toString(QStringLiteral("HH:mm")) : QString();
    default:
      return {};
  }
}

QHash<int, QByteArray> KeyModel::roleNames() const {
  return {{LabelRole, "label"}, {MaskedRole, "masked"}, {UseRole, "lastUse"}};
}

void KeyModel::ensureLoaded(std::function<void()> then) {
  if (m_loaded) return then();
  m_waiting.push_back(std::move(then));
  if (std::exchange(m_loading, true)) return;
  m_store->load([this](const KeptKeys& kept) {
    m_loading = false;
    m_loaded = kept.problem.isEmpty();
    beginResetModel();
    take(kept);
    m_keys = kept.keys;
    endResetModel();
    // Keys of earlier versions stood among the settings.
    const std::vector<std::string> old = m_settings.settings().list("api-keys");
    if (m_loaded && !fixed() && !old.empty()) {
      QList<ServerKey> keys = m_keys;
      for (const std::string& key : old) {
        keys.append({tr("Key %1").arg(keys.size() + 1), QString::fromStdString(key)});
      }
      replace(keys);
      static_cast<void>(m_settings.store("api-keys", {}));
    }
    emit changed();
    for (const std::function<void()>& waiting : std::exchange(m_waiting, {})) waiting();
  });
}

void KeyModel::take(const KeptKeys& kept) {
  m_place = kept.place;
  m_problem = kept.problem;
  m_reason = kept.reason;
}

std::vector<app::ApiKey> KeyModel::apiKeys() const {
  std::vector<app::ApiKey> keys;
  if (fixed()) return keys;
  for (const ServerKey& key : m_keys) keys.push_back({key.label.toStdString(), key.key.toStdString()});
  return keys;
}

QString KeyModel::key(int row) const {
  const QList<ServerKey> keys = shown();
  return row >= 0 && row < keys.size() ? keys[row].key : QString();
}

QString KeyModel::masked(int row) const {
  const QString whole = key(row);
  return whole.size() > 10 ? whole.left(3) + QStringLiteral("…") + whole.right(4) : QStringLiteral("…");
}

void KeyModel::noteUses(const std::vector<app::LiveRequest>& requests) {
  QStringList inUse;
  QHash<QString, QDateTime> last = m_lastUse;
  for (const app::LiveRequest& one : requests) {
    const QString client = QString::fromStdString(one.client);
    if (!client.startsWith(kClientPrefix)) continue;
    const QString label = client.mid(kClientPrefix.size());
    const bool live = one.state == "queued" || one.state == "prefill" || one.state == "generating";
    if (live && !inUse.contains(label)) inUse.append(label);
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(one.startedAt * 1000));
    if (!last.contains(label) || last[label] < at) last[label] = at;
  }
  if (inUse == m_inUse && last == m_lastUse) return;
  m_inUse = inUse;
  m_lastUse = last;
  if (count() > 0) emit dataChanged(index(0), index(count() - 1), {UseRole});
}

QString KeyModel::labelProblem(const QString& label, int row) const {
  const QString wanted = label.trimmed();
  if (wanted.isEmpty()) return tr("A key needs a name.");
  if (wanted.size() > kMostLabel) return tr("A name has %1 characters at most.").arg(kMostLabel);
  for (int i = 0; i < m_keys.size(); ++i) {
    if (i != row && m_keys[i].label == wanted) return tr("Another key has this name.");
  }
  return visibleName(wanted) == wanted ? QString() : tr("A name holds visible characters only.");
}

bool KeyModel::add(const QString& label) {
  if (fixed() || !m_loaded || m_keys.size() >= kMostKeys || !labelProblem(label, -1).isEmpty()) return false;
  replace(m_keys + QList<ServerKey>{{label.trimmed(), newKey()}});
  return true;
}

bool KeyModel::rename(int row, const QString& label) {
  if (fixed() || row < 0 || row >= m_keys.size() || !labelProblem(label, row).isEmpty()) return false;
  QList<ServerKey> keys = m_keys;
  const QString before = std::exchange(keys[row].label, label.trimmed());
  if (m_lastUse.contains(before)) m_lastUse[keys[row].label] = m_lastUse.take(before);
  replace(keys);
  return true;
}

void KeyModel::revoke(int row) {
  if (fixed() || row < 0 || row >= m_keys.size()) return;
  QList<ServerKey> keys = m_keys;
  keys.removeAt(row);
  replace(keys);
}

QString KeyModel::freeLabel() const {
  for (qsizetype number = m_keys.size() + 1;; ++number) {
    const QString label = tr("Key %1").arg(number);
    if (labelProblem(label, -1).isEmpty()) return label;
  }
}

void KeyModel::forgetUnreadable() {
  m_loaded = true;
  replace({});
}

void KeyModel::tryAgain() {
  ensureLoaded([] {});
}

void KeyModel::replace(const QList<ServerKey>& keys) {
  beginResetModel();
  m_keys = keys;
  m_problem.clear();
  endResetModel();
  emit keysChanged();  // they hold at once, kept or not
  emit changed();
  save();
}

void KeyModel::save() {
  m_saveAgain = m_saving;
  if (std::exchange(m_saving, true)) return;
  m_store->save(m_keys, [this](const KeptKeys& kept) {
    m_saving = false;
    take(kept);
    emit changed();
    if (m_saveAgain) save();
  });
}

}  // namespace ui
