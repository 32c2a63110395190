// Work off the GUI thread and answers back on it. Everything that view-models start elsewhere comes home through here.
#pragma once

#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <utility>

namespace ui {

/// Lives on the GUI thread and outlives everything that posts to it.
class Tasks : public QObject {
  Q_OBJECT

 public:
  explicit Tasks(QObject* parent = nullptr);
  ~Tasks() override;  ///< waits for work that runs; its answers are dropped

  /// Runs `function` on the GUI thread, later; from any thread.
  void post(std::function<void()> function);

  /// A callback for any thread that runs `then` on the GUI thread, if `guard` still lives by then.
  template <typename T>
  std::function<void(T)> onGui(QObject* guard, std::function<void(T)> then) {
    return [this, alive = QPointer<QObject>(guard), then = std::move(then)](T value) {
      auto carried = std::make_shared<T>(std::move(value));
      post([alive, then, carried] {
        if (alive) then(std::move(*carried));
      });
    };
  }

  /// Runs `work` on a worker thread and `then` with its value on the GUI thread, if `guard` still lives by then.
  template <typename T>
  void run(QObject* guard, std::function<T()> work, std::function<void(T)> then) {
    m_pool.start([work = std::move(work), done = onGui<T>(guard, std::move(then))] { done(work()); });
  }

 private:
  QThreadPool m_pool;
};

}  // namespace ui
