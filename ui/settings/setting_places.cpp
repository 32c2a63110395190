#include "ui/settings/setting_places.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ui/settings/settings_model.h"

namespace ui {

namespace {

using Section = SettingsModel::Section;

struct Place {
  std::string_view name;  ///< of a group or a key
  Section section;
};

constexpr std::array kGroups = {Place{"window", Section::Appearance},  Place{"chat", Section::Chat},
                                Place{"model", Section::Models},       Place{"engine", Section::Load},
                                Place{"server", Section::Server},      Place{"limits", Section::Server},
                                Place{"compatibility", Section::About}};

struct Key {
  std::string_view key, what;
};

/// Rows that stand in another section than the rest of their group.
constexpr std::array kMoved = {Place{"api-keys", Section::Privacy},      Place{"api-keys-file", Section::Privacy},
                               Place{"last-model", Section::Models},     Place{"auto-titles", Section::Chat},
                               Place{"remote-address", Section::Models}, Place{"remote-model", Section::Models},
                               Place{"use-remote", Section::Models}};
constexpr std::array kSecrets = {std::string_view("api-keys")};
/// Rows that are set on another page: for each model, or with care.
constexpr std::array kPages = {Key{"api-keys", "page:server"}, Key{"max-model-len", "page:model"},
                               Key{"conv-template", "page:model"}, Key{"remote-address", "page:model"},
                               Key{"remote-model", "page:model"}};
constexpr std::array kPickers = {Key{"model-path", "folder"},
                                 Key{"last-model", "folder"},
                                 Key{"template-directory", "folder"},
                                 Key{"model-directories", "folder"},
                                 Key{"chat-template", "file"},
                                 Key{"api-keys-file", "file"},
                                 Key{"tls-cert", "file"},
                                 Key{"tls-key", "file"}};
constexpr size_t kMostSegments = 3;

template <size_t N>
QString lookUp(const std::array<Key, N>& table, std::string_view key) {
  const auto found = std::find_if(table.begin(), table.end(), [key](const Key& each) { return each.key == key; });
  return found == table.end() ? QString()
                              : QString::fromLatin1(found->what.data(), static_cast<qsizetype>(found->what.size()));
}

}  // namespace

int sectionOf(const app::SettingRow& row) {
  const auto place = [](const auto& table, std::string_view name) {
    const auto found =
        std::find_if(table.begin(), table.end(), [name](const Place& each) { return each.name == name; });
    return found == table.end() ? std::optional<Section>() : found->section;
  };
  return static_cast<int>(place(kMoved, row.key).value_or(place(kGroups, row.group).value_or(Section::About)));
}

bool isSecret(const app::SettingRow& row) {
  return std::find(kSecrets.begin(), kSecrets.end(), row.key) != kSecrets.end();
}

std::string_view cardOf(const app::SettingRow& row) {
  return row.group == "limits" || row.group == "compatibility" ? row.group : std::string_view();
}

QString controlOf(const app::SettingRow& row) {
  if (const QString page = lookUp(kPages, row.key); !page.isEmpty()) return page;
  if (row.key == "accent") return QStringLiteral("accent");
  if (row.key == "scale" || row.key == "reading-size") return QStringLiteral("slider");
  if (!pickerOf(row).isEmpty()) return QStringLiteral("path");
  switch (row.type) {
    case app::SettingType::Boolean:
      return QStringLiteral("boolean");
    case app::SettingType::Choice:
      return row.choices.size() <= kMostSegments ? QStringLiteral("segmented") : QStringLiteral("choice");
    case app::SettingType::Integer:
    case app::SettingType::Real:
      return QStringLiteral("number");
    case app::SettingType::Text:
    case app::SettingType::Path:
    case app::SettingType::List:
      break;
  }
  return QStringLiteral("text");
}

QString pickerOf(const app::SettingRow& row) {
  return lookUp(kPickers, row.key);
}

QString choiceName(std::string_view choice) {
  if (choice == "system") return SettingsModel::tr("System");
  if (choice == "light") return SettingsModel::tr("Light");
  if (choice == "dark") return SettingsModel::tr("Dark");
  if (choice == "ember") return SettingsModel::tr("Ember");
  if (choice == "blue") return SettingsModel::tr("Blue");
  if (choice == "teal") return SettingsModel::tr("Teal");
  if (choice == "violet") return SettingsModel::tr("Violet");
  if (choice == "graphite") return SettingsModel::tr("Graphite");
  if (choice == "en") return QStringLiteral("English");
  if (choice == "zh_CN") return QStringLiteral("简体中文");
  return QString::fromUtf8(choice.data(), static_cast<qsizetype>(choice.size()));
}

}  // namespace ui
