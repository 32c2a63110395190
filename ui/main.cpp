#include <QGuiApplication>

#include "ui/application.h"

int main(int argc, char** argv) {
  QGuiApplication application(argc, argv);
  ui::prepareGuiApplication();
  ui::Application window(app::AppPaths::standard());
  return window.show() != nullptr ? QGuiApplication::exec() : 1;
}
