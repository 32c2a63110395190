// The real window over a context with folders of its own, and ways to find and press things in it.
#pragma once

#include <QQuickItem>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/waits.h"
#include "ui/application.h"

namespace ui_test {

inline QQuickItem* findItem(QQuickItem* parent, const QString& name) {
  if (parent == nullptr) return nullptr;
  if (parent->objectName() == name && parent->isVisible()) return parent;
  for (QQuickItem* child : parent->childItems()) {
    if (QQuickItem* found = findItem(child, name)) return found;
  }
  return nullptr;
}

/// A window over `loader`; chats live in memory.
class WindowFixture {
 public:
  explicit WindowFixture(app::ModelHost::Loader loader, std::string notice = {},
                         std::optional<ui::ModelSources> sources = std::nullopt,
                         std::optional<app::HubOptions> hub = std::nullopt,
                         std::optional<app::StarterOptions> starter = std::nullopt) {
    m_context.conversationsNotice = std::move(notice);
    m_context.paths = {.config = m_dir.filePath("config").toStdString(),
                       .data = m_dir.filePath("data").toStdString(),
                       .cache = app::AppPaths::standard().cache};
    std::filesystem::create_directories(m_context.paths.config);
    m_context.host = std::make_unique<app::ModelHost>(std::move(loader));
    m_context.server = std::make_unique<app::HttpServer>(*m_context.host);
    m_application =
        std::make_unique<ui::Application>(m_context, std::move(sources), std::move(hub), false, std::move(starter));
    m_window = m_application->show();
  }

  QQuickWindow* window() { return m_window; }
  ui::Application& application() { return *m_application; }
  app::AppContext& context() { return m_context; }

  /// Waits for a visible item of that name.
  QQuickItem* item(const QString& name) {
    QQuickItem* found = nullptr;
    const bool there =
        QTest::qWaitFor([&] { return (found = findItem(m_window->contentItem(), name)) != nullptr; }, kLong);
    if (!there) qWarning("no visible item %s", qPrintable(name));
    return found;
  }
  /// The texts of all visible items below `root` that have one, as the reader sees them.
  static QString visibleText(QQuickItem* root) {
    QString all;
    if (root == nullptr || !root->isVisible() || root->opacity() == 0) return all;
    if (root->width() > 0 && root->height() > 0) all += root->property("text").toString() + u'\n';
    for (QQuickItem* child : root->childItems()) all += visibleText(child);
    return all;
  }
  QString visibleTextOf(const QString& name) { return visibleText(findItem(m_window->contentItem(), name)); }
  bool shown(const QString& name) { return findItem(m_window->contentItem(), name) != nullptr; }
  /// Presses the middle of an item. A frame is drawn first: until then what has just been shown is not laid out, and
  /// may lie over the item.
  void click(const QString& name) {
    if (item(name) == nullptr) return;
    m_window->grabWindow();
    if (QQuickItem* found = item(name)) {
      const QPointF centre = found->mapToScene(QPointF(found->width() / 2, found->height() / 2));
      QTest::mouseClick(m_window, Qt::LeftButton, {}, centre.toPoint());
    }
  }
  void type(const QString& text) {
    for (const QChar c : text) QTest::keyClick(m_window, c.toLatin1());
  }
  /// Waits until no page is fading any more.
  void settle() { QTest::qWait(300); }

 private:
  QTemporaryDir m_dir;
  app::AppContext m_context;
  std::unique_ptr<ui::Application> m_application;
  QQuickWindow* m_window = nullptr;
};

}  // namespace ui_test
