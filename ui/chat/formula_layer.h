// The formulas among a text, drawn over it at the screen's own points.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QPainter>
#include <QPointer>
#include <QQuickPaintedItem>

#include "ui/chat/inline_document.h"

namespace ui {

/// Lies over the TextEdit that `document` writes into, of the same size.
class FormulaLayer : public QQuickPaintedItem {
  Q_OBJECT
  QML_ELEMENT
  Q_PROPERTY(ui::InlineDocument* document READ document WRITE setDocument NOTIFY documentChanged)

 public:
  explicit FormulaLayer(QQuickItem* parent = nullptr);
  InlineDocument* document() const { return m_document; }
  void setDocument(InlineDocument* document);
  void paint(QPainter* painter) override;

 signals:
  void documentChanged();

 private:
  QPointer<InlineDocument> m_document;
};

}  // namespace ui
