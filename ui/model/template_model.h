// Which conversation template a model gets, why, and what it makes of a first message: text and tokens.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QStringList>
#include <QVariantList>
#include <optional>

#include "engine/model_info.h"
#include "ui/bridge/tasks.h"
#include "ui/model/load_choices.h"
#include "ui/model/model_sources.h"

namespace ui {

class TemplateModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ModelPageModel")
  Q_PROPERTY(QStringList names READ names NOTIFY namesChanged)
  Q_PROPERTY(int index READ index WRITE setIndex NOTIFY changed)
  Q_PROPERTY(QString locked READ locked NOTIFY changed)
  Q_PROPERTY(QString chosen READ chosen NOTIFY changed)
  Q_PROPERTY(QString reason READ reason NOTIFY changed)
  Q_PROPERTY(QString error READ error NOTIFY changed)
  Q_PROPERTY(QString preview READ preview NOTIFY changed)
  Q_PROPERTY(QVariantList tokens READ tokens NOTIFY changed)
  Q_PROPERTY(int tokenCount READ tokenCount NOTIFY changed)

 public:
  TemplateModel(Tasks& tasks, LoadChoices& choices, const ModelSources& sources, QObject* parent = nullptr);

  /// The first is "automatic".
  QStringList names() const { return m_names; }
  int index() const;
  void setIndex(int index);
  QString locked() const { return m_choices.locked("conv-template"); }
  QString chosen() const { return m_chosen; }
  QString reason() const { return m_reason; }
  QString error() const { return m_error; }
  QString preview() const { return m_preview; }
  /// {text, special, end} maps of the first ones; one with `end` is no token but the end of a line.
  QVariantList tokens() const { return m_tokens; }
  /// Of the whole prompt; 0 when there is no tokenizer to count with.
  int tokenCount() const { return m_tokenCount; }

  void setNames(const QStringList& shipped);
  /// Chooses again for a model, or for none.
  void setModel(const std::optional<engine::ModelInfo>& info);

 signals:
  void namesChanged();
  void changed();

 private:
  bool event(QEvent* event) override;

  struct Outcome;
  void choose();

  Tasks& m_tasks;
  LoadChoices& m_choices;
  const ModelSources& m_sources;
  std::optional<engine::ModelInfo> m_info;
  QStringList m_names;
  QString m_chosen, m_reason, m_error, m_preview, m_asked;
  QVariantList m_tokens;
  int m_tokenCount = 0, m_turn = 0;
};

/// A token's bytes as the page shows them: line ends and tabs as signs, bytes of half a character as numbers.
QString tokenLabel(const std::string& bytes);

}  // namespace ui
