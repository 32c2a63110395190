#include "ui/i18n/setting_words.h"

#include <QCoreApplication>
#include <string>

namespace ui {

QString settingWords(std::string_view english) {
  return english.empty() ? QString() : QCoreApplication::translate("Settings", std::string(english).c_str());
}

}  // namespace ui
