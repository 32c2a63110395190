#include "ui/bridge/key_store.h"

#include <qt6keychain/keychain.h>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QTimer>
#include <optional>

namespace ui {

namespace {

constexpr qint64 kMostFileBytes = 1 << 20;
/// A keychain may ask its user for a password first.
constexpr int kKeychainMs = 120'000;
/// From here on the file holds them until it answers.
constexpr int kPatienceMs = 3'000;

struct KeyFile {
  QList<ServerKey> keys;
  bool inKeychain = false, damaged = false;
};

QJsonArray toJson(const QList<ServerKey>& keys) {
  QJsonArray list;
  for (const ServerKey& key : keys) list.append(QJsonObject{{"label", key.label}, {"key", key.key}});
  return list;
}

std::optional<QList<ServerKey>> fromJson(const QJsonValue& value) {
  if (!value.isArray()) return std::nullopt;
  QList<ServerKey> keys;
  const QJsonArray list = value.toArray();
  for (const QJsonValue& one : list) {
    const ServerKey key{one["label"].toString(), one["key"].toString()};
    if (key.label.isEmpty() || key.key.isEmpty()) return std::nullopt;
    keys.append(key);
  }
  return keys;
}

KeyFile readKeyFile(const QString& path) {
  QFile file(path);
  if (!file.exists()) return {};
  KeyFile found;
  found.damaged = true;
  if (!file.open(QIODevice::ReadOnly) || file.size() > kMostFileBytes) return found;
  const QJsonDocument document = QJsonDocument::fromJson(file.readAll());
  found.inKeychain = document["kept_in"].toString() == "keychain";
  const std::optional<QList<ServerKey>> keys = fromJson(document["keys"]);
  if (keys) found.keys = *keys;
  found.damaged = !found.inKeychain && !keys;
  return found;
}

/// Empty, or why the file could not be written.
QString writeKeyFile(const QString& path, const QList<ServerKey>& keys, bool inKeychain) {
  if (keys.isEmpty()) return QFile::exists(path) && !QFile::remove(path) ? path : QString();
  QJsonObject root{{"kept_in", inKeychain ? "keychain" : "file"}};
  if (!inKeychain) root["keys"] = toJson(keys);
  QSaveFile file(path);
  const bool written = file.open(QIODevice::WriteOnly) &&
                       file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) &&
                       file.write(QJsonDocument(root).toJson()) > 0 && file.commit();
  return written ? QString() : file.errorString();
}

class KeyStoreImpl : public KeyStore {
 public:
  KeyStoreImpl(std::filesystem::path folder, Tasks& tasks, bool keychain)
      : m_path(QString::fromStdString((folder / "keys.json").string())),
        m_entry("server keys of " + QString::fromStdString(folder.string())),
        m_tasks(tasks),
        m_keychain(keychain) {}

  void load(Done done) override {
    m_tasks.run<KeyFile>(
        this, [path = m_path] { return readKeyFile(path); },
        [this, done = std::move(done)](const KeyFile& file) {
          if (file.damaged) return done({{}, KeyPlace::Nowhere, tr("%1 cannot be read.").arg(m_path), {}});
          if (!file.inKeychain) {
            return done({file.keys, file.keys.isEmpty() ? KeyPlace::Nowhere : KeyPlace::File, {}, {}});
          }
          m_stored = true;
          readKeychain(done);
        });
  }

  void save(const QList<ServerKey>& keys, Done done) override {
    const int number = ++m_saves;
    m_writing = false;
    if (!m_keychain || (keys.isEmpty() && !m_stored)) return saveFile(keys, {}, std::move(done));
    auto* job = keys.isEmpty() ? static_cast<QKeychain::Job*>(new QKeychain::DeletePasswordJob(service()))
                               : new QKeychain::WritePasswordJob(service());
    if (auto* writing = qobject_cast<QKeychain::WritePasswordJob*>(job)) {
      writing->setTextData(QString::fromUtf8(QJsonDocument(toJson(keys)).toJson(QJsonDocument::Compact)));
    }
    // A keychain that asks its user for a password first may take its time; the keys are safe in the meantime.
    QTimer::singleShot(kPatienceMs, this, [this, number, keys, done] {
      if (number == m_saves && m_writing) saveFile(keys, tr("The system's keychain has not answered yet."), done);
    });
    m_writing = true;
    run(job, [this, number, keys, done](const QKeychain::Job* ended) {
      if (number != m_saves) return;  // newer keys are on their way
      m_writing = false;
      const bool failed = ended == nullptr || ended->error() != QKeychain::NoError;
      m_stored = !failed && !keys.isEmpty();
      if (failed) return saveFile(keys, reasonOf(ended), done);
      note(keys, done);
    });
  }

 private:
  static QString service() { return QStringLiteral("Hearth"); }

  QString reasonOf(const QKeychain::Job* job) const {
    if (job == nullptr) return tr("The system's keychain did not answer.");
    return job->errorString().isEmpty() ? tr("This system has no keychain.") : job->errorString();
  }

  /// Runs a job; `then` is called once, with null when nothing came in time.
  void run(QKeychain::Job* job, std::function<void(const QKeychain::Job*)> then) {
    job->setAutoDelete(true);
    job->setKey(m_entry);
    auto over = std::make_shared<bool>(false);
    const auto once = [over, then = std::move(then)](const QKeychain::Job* ended) {
      if (!std::exchange(*over, true)) then(ended);
    };
    connect(job, &QKeychain::Job::finished, this, once);
    QTimer::singleShot(kKeychainMs, this, [once] { once(nullptr); });
    job->start();
  }

  void readKeychain(Done done) {
    run(new QKeychain::ReadPasswordJob(service()), [this, done = std::move(done)](const QKeychain::Job* ended) {
      const auto* job = qobject_cast<const QKeychain::ReadPasswordJob*>(ended);
      std::optional<QList<ServerKey>> keys;
      if (job != nullptr && job->error() == QKeychain::NoError) {
        const QJsonDocument document = QJsonDocument::fromJson(job->textData().toUtf8());
        if (document.isArray()) keys = fromJson(document.array());
      }
      if (keys) return done({*keys, KeyPlace::Keychain, {}, {}});
      done({{}, KeyPlace::Keychain, reasonOf(ended), {}});
    });
  }

  /// The keychain has them; the file only says so.
  void note(const QList<ServerKey>& keys, const Done& done) {
    m_tasks.run<QString>(
        this, [path = m_path, keys] { return writeKeyFile(path, keys, /*inKeychain=*/true); },
        [keys, done](const QString& problem) {
          done({keys, keys.isEmpty() ? KeyPlace::Nowhere : KeyPlace::Keychain, problem, {}});
        });
  }

  void saveFile(const QList<ServerKey>& keys, const QString& reason, Done done) {
    m_tasks.run<QString>(
        this, [path = m_path, keys] { return writeKeyFile(path, keys, /*inKeychain=*/false); },
        [keys, reason, done = std::move(done)](const QString& problem) {
          done({keys, keys.isEmpty() ? KeyPlace::Nowhere : KeyPlace::File, problem, reason});
        });
  }

  const QString m_path, m_entry;
  Tasks& m_tasks;
  const bool m_keychain;
  bool m_stored = false;   ///< the keychain holds an entry of ours
  bool m_writing = false;  ///< it has not answered yet
  int m_saves = 0;
};

}  // namespace

std::unique_ptr<KeyStore> makeKeyStore(std::filesystem::path folder, Tasks& tasks, bool keychain) {
  return std::make_unique<KeyStoreImpl>(std::move(folder), tasks, keychain);
}

}  // namespace ui
