#include "ui/chat/formula_layer.h"

namespace ui {

FormulaLayer::FormulaLayer(QQuickItem* parent) : QQuickPaintedItem(parent) {
  setAntialiasing(true);
}

void FormulaLayer::setDocument(InlineDocument* document) {
  if (document == m_document) return;
  if (m_document) m_document->disconnect(this);
  m_document = document;
  if (m_document) connect(m_document, &InlineDocument::changed, this, [this] { update(); });
  update();
  emit documentChanged();
}

void FormulaLayer::paint(QPainter* painter) {
  if (m_document) m_document->drawFormulas(*painter);
}

}  // namespace ui
