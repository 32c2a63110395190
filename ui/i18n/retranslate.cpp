#include "ui/i18n/retranslate.h"

#include <QAbstractItemModel>
#include <QCoreApplication>
#include <QEvent>
#include <QMetaProperty>
#include <QSet>
#include <vector>

namespace ui {

namespace {

bool isOurs(const QObject& object) {
  return QByteArrayView(object.metaObject()->className()).startsWith("ui::");
}

/// Objects of ours below `root`, children and values of properties, each once.
std::vector<QObject*> family(QObject& root) {
  std::vector<QObject*> found;
  QSet<QObject*> seen;
  std::vector<QObject*> waiting{&root};
  while (!waiting.empty()) {
    QObject* object = waiting.back();
    waiting.pop_back();
    if (object == nullptr || seen.contains(object) || !isOurs(*object)) continue;
    seen.insert(object);
    found.push_back(object);
    for (QObject* child : object->children()) waiting.push_back(child);
    const QMetaObject* meta = object->metaObject();
    for (int i = 0; i < meta->propertyCount(); ++i) {
      if (meta->property(i).metaType().flags() & QMetaType::PointerToQObject) {
        waiting.push_back(meta->property(i).read(object).value<QObject*>());
      }
    }
  }
  return found;
}

/// Numbers and booleans say the same in every language.
bool canHoldText(const QMetaType& type) {
  if (type.flags() & (QMetaType::PointerToQObject | QMetaType::IsEnumeration)) return false;
  switch (type.id()) {
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Float:
    case QMetaType::Double:
    case QMetaType::QUrl:
      return false;
    default:
      return true;
  }
}

void sayAgain(QObject& object) {
  const QMetaObject* meta = object.metaObject();
  QSet<int> signalIndices;
  for (int i = 0; i < meta->propertyCount(); ++i) {
    const QMetaProperty property = meta->property(i);
    const QMetaMethod signal = property.notifySignal();
    if (canHoldText(property.metaType()) && signal.isValid() && signal.parameterCount() == 0) {
      signalIndices.insert(signal.methodIndex());
    }
  }
  for (const int index : signalIndices) meta->method(index).invoke(&object, Qt::DirectConnection);
  if (auto* list = qobject_cast<QAbstractItemModel*>(&object); list != nullptr && list->rowCount() > 0) {
    const int lastColumn = std::max(1, list->columnCount()) - 1;
    emit list->dataChanged(list->index(0, 0), list->index(list->rowCount() - 1, lastColumn));
  }
}

}  // namespace

void retranslate(QObject& root) {
  const std::vector<QObject*> objects = family(root);
  for (QObject* object : objects) {
    QEvent event(QEvent::LanguageChange);
    QCoreApplication::sendEvent(object, &event);
  }
  for (QObject* object : objects) sayAgain(*object);
}

}  // namespace ui
