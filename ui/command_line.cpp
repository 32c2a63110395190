#include "ui/command_line.h"

#include <algorithm>

namespace ui {

namespace {

engine::Error unknown(const std::string& flag) {
  return {engine::ErrorCode::InvalidArgument, flag + " is not known; hearth --help lists the flags", flag};
}

bool isBooleanWord(const std::string& word) {
  return word == "0" || word == "1" || word == "true" || word == "false";
}

}  // namespace

engine::Result<CommandLine> readCommandLine(const std::vector<std::string>& arguments, app::Settings& settings) {
  CommandLine line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      line.help = true;
      continue;
    }
    if (argument == "--version") {
      line.version = true;
      continue;
    }
    if (!argument.starts_with("-")) {
      ENGINE_RETURN_IF_ERROR(settings.set("model-path", argument, app::SettingSource::Flag));
      continue;
    }
    const size_t equals = argument.find('=');
    std::string name = argument.substr(
        argument.find_first_not_of('-') == std::string::npos ? argument.size() : argument.find_first_not_of('-'));
    name = name.substr(0, name.find('='));
    std::replace(name.begin(), name.end(), '_', '-');
    const app::SettingRow* row = app::findSetting(name);
    if (row == nullptr) return unknown(argument.substr(0, equals));
    std::string value;
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (row->type == app::SettingType::Boolean) {
      value = i + 1 < arguments.size() && isBooleanWord(arguments[i + 1]) ? arguments[++i] : "true";
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return engine::Error{engine::ErrorCode::InvalidArgument, argument + " needs a value", name};
    }
    ENGINE_RETURN_IF_ERROR(settings.set(row->key, value, app::SettingSource::Flag));
  }
  return line;
}

std::string commandLineHelp() {
  std::string text = "Usage: hearth [MODEL] [--flag value ...]\n\nMODEL is a model directory or a .gguf file.\n\n";
  for (const app::SettingRow& row : app::settingRows()) {
    std::string flag = "  --" + std::string(row.key);
    flag.resize(std::max<size_t>(flag.size() + 1, 30), ' ');
    text += flag + std::string(row.help) + "\n";
  }
  return text;
}

}  // namespace ui
