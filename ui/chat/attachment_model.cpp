#include "ui/chat/attachment_model.h"

#include <QClipboard>
#include <QFile>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLocale>
#include <QMimeData>
#include <QStringDecoder>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr qint64 kMaxBytes = 4 << 20;
constexpr size_t kMaxFiles = 20;
constexpr qsizetype kLongPaste = 6000;

struct ReadFile {
  QString name, text, problem;
};

ReadFile readText(const QString& path) {
  ReadFile read{visibleName(QFileInfo(path).fileName()), {}, {}};
  QFile file(path);
  const QFileInfo info(path);
  if (!info.isFile() || !file.open(QIODevice::ReadOnly)) {
    read.problem = AttachmentModel::tr("%1 cannot be read.").arg(read.name);
    return read;
  }
  const QByteArray bytes = file.read(kMaxBytes + 1);
  QStringDecoder decoder(QStringDecoder::Utf8);
  read.text = decoder(bytes);
  const QLocale locale;
  if (bytes.size() > kMaxBytes) {
    read.problem = AttachmentModel::tr("%1 has %2; files of up to %3 can go with a message.")
                       .arg(read.name, locale.formattedDataSize(info.size(), 1, QLocale::DataSizeSIFormat),
                            locale.formattedDataSize(kMaxBytes, 1, QLocale::DataSizeSIFormat));
  } else if (decoder.hasError() || read.text.contains(QChar(0))) {
    read.problem = AttachmentModel::tr("%1 is no text: only text files can go with a message.").arg(read.name);
  }
  return read;
}

}  // namespace

AttachmentModel::AttachmentModel(Tasks& tasks, QObject* parent) : QAbstractListModel(parent), m_tasks(tasks) {}

int AttachmentModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant AttachmentModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const File& file = m_files[static_cast<size_t>(index.row())];
  switch (role) {
    case NameRole:
      return file.attachment.name;
    case SizeRole:
      return QLocale().formattedDataSize(file.bytes, 1, QLocale::DataSizeSIFormat);
    case TokensRole:
      return static_cast<double>(file.tokens);
    default:
      return {};
  }
}

QHash<int, QByteArray> AttachmentModel::roleNames() const {
  return {{NameRole, "name"}, {SizeRole, "size"}, {TokensRole, "tokens"}};
}

void AttachmentModel::add(const QList<QUrl>& files) {
  for (const QUrl& url : files) {
    if (!url.isLocalFile()) {
      emit refused(tr("Only files of this computer can go with a message."));
      continue;
    }
    m_tasks.run<ReadFile>(
        this, [path = url.toLocalFile()] { return readText(path); },
        [this](const ReadFile& read) {
          if (!read.problem.isEmpty()) return emit refused(read.problem);
          addText(read.name, read.text);
        });
  }
}

bool AttachmentModel::paste() {
  const QMimeData* data = QGuiApplication::clipboard()->mimeData();
  if (data == nullptr) return false;
  QList<QUrl> files;
  for (const QUrl& url : data->urls()) {
    if (url.isLocalFile()) files.append(url);
  }
  if (!files.isEmpty()) return add(files), true;
  if (!data->hasText() || data->text().size() < kLongPaste) return false;
  addText(tr("Pasted text"), data->text());
  return true;
}

void AttachmentModel::addText(const QString& name, const QString& text) {
  if (m_files.size() >= kMaxFiles) return emit refused(tr("At most %1 files can go with a message.").arg(kMaxFiles));
  beginInsertRows({}, count(), count());
  m_files.push_back({{name, text}, text.toUtf8().size(), -1, ++m_lastKey});
  endInsertRows();
  emit countChanged();
  count(m_lastKey);
}

void AttachmentModel::remove(int row) {
  if (row < 0 || row >= count()) return;
  beginRemoveRows({}, row, row);
  m_files.erase(m_files.begin() + row);
  endRemoveRows();
  emit countChanged();
  emit tokensChanged();
}

void AttachmentModel::clear() {
  if (m_files.empty()) return;
  beginResetModel();
  m_files.clear();
  endResetModel();
  emit countChanged();
  emit tokensChanged();
}

void AttachmentModel::setCounter(Counter counter) {
  m_counter = std::move(counter);
  for (const File& file : m_files) count(file.key);
}

void AttachmentModel::count(int key) {
  const auto file = std::find_if(m_files.begin(), m_files.end(), [key](const File& one) { return one.key == key; });
  if (!m_counter || file == m_files.end()) return;
  m_tasks.run<qint64>(
      this, [counter = m_counter, text = file->attachment.text.toStdString()] { return counter(text); },
      [this, key](qint64 tokens) {
        for (size_t i = 0; i < m_files.size(); ++i) {
          if (m_files[i].key != key) continue;
          m_files[i].tokens = tokens;
          emit dataChanged(index(static_cast<int>(i)), index(static_cast<int>(i)), {TokensRole});
        }
        emit tokensChanged();
      });
}

QList<Attachment> AttachmentModel::attachments() const {
  QList<Attachment> all;
  for (const File& file : m_files) all.append(file.attachment);
  return all;
}

qint64 AttachmentModel::tokens() const {
  qint64 sum = 0;
  for (const File& file : m_files) sum += std::max<qint64>(0, file.tokens);
  return sum;
}

}  // namespace ui
