#include "ui/model/advanced_model.h"

#include <array>
#include <utility>

#include "ui/i18n/setting_words.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

/// In the order of the page. What is chosen above the section is not repeated.
constexpr std::array<std::string_view, 12> kKeys = {"gpu-memory-utilization",
                                                    "max-num-seqs",
                                                    "use-lookahead",
                                                    "enforce-eager",
                                                    "num-speculative-tokens",
                                                    "max-num-batched-tokens",
                                                    "engine",
                                                    "seed",
                                                    "kv-cache-dtype",
                                                    "num-gpus",
                                                    "threads",
                                                    "prefix-cache"};

QString text(std::string_view view) {
  return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

}  // namespace

AdvancedModel::AdvancedModel(LoadChoices& choices, QObject* parent) : QAbstractListModel(parent), m_choices(choices) {
  for (const std::string_view key : kKeys) {
    if (const app::SettingRow* row = app::findSetting(key)) m_rows.push_back(row);
  }
  // A drag of the context changes choices with every move, and none of these rows.
  connect(&m_choices, &LoadChoices::changed, this, [this, shown = QString()]() mutable {
    QString now;
    for (const app::SettingRow* row : m_rows) {
      now += m_choices.text(row->key) + u'\n' + m_choices.locked(row->key) + (m_choices.own(row->key) ? u'+' : u'-');
    }
    if (std::exchange(shown, now) != now) emit dataChanged(index(0), index(count() - 1));
  });
}

int AdvancedModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant AdvancedModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const app::SettingRow& row = *m_rows[static_cast<size_t>(index.row())];
  switch (role) {
    case KeyRole:
      return text(row.key);
    case LabelRole:
      return settingWords(row.label);
    case HelpRole:
      return settingWords(row.help);
    case FlagRole:
      return QStringLiteral("--") + text(row.key);
    case KindRole:
      return row.type == app::SettingType::Boolean  ? QStringLiteral("boolean")
             : row.type == app::SettingType::Choice ? QStringLiteral("choice")
                                                    : QStringLiteral("text");
    case ValueRole:
      return displayText(m_choices.text(row.key));
    case StandardRole: {
      const QString standard = displayText(m_choices.standard(row.key));
      return standard.isEmpty() ? tr("not set") : standard;
    }
    case ChoicesRole: {
      QStringList choices;
      for (const std::string_view choice : row.choices) choices.append(text(choice));
      return choices;
    }
    case LockedRole:
      return m_choices.locked(row.key);
    case OwnRole:
      return m_choices.own(row.key);
    default:
      return {};
  }
}

QHash<int, QByteArray> AdvancedModel::roleNames() const {
  return {{KeyRole, "key"},       {LabelRole, "label"}, {HelpRole, "help"},         {FlagRole, "flag"},
          {KindRole, "kind"},     {ValueRole, "value"}, {StandardRole, "standard"}, {ChoicesRole, "choices"},
          {LockedRole, "locked"}, {OwnRole, "own"}};
}

QString AdvancedModel::store(const QString& key, const QString& value) {
  return m_choices.store(key.toStdString(), value.trimmed().toStdString());
}

}  // namespace ui
