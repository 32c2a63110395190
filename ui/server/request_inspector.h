// One request of the table seen closely: what the recorder kept of it.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QVariantList>
#include <vector>

#include "app/http_server.h"

namespace ui {

class RequestInspector : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ServerModel")
  /// False when no request is being looked at.
  Q_PROPERTY(bool open READ open NOTIFY changed)
  Q_PROPERTY(double requestId READ requestId NOTIFY changed)
  Q_PROPERTY(QString title READ title NOTIFY changed)
  /// Of the table: pairs {label, value}.
  Q_PROPERTY(QVariantList facts READ facts NOTIFY changed)
  Q_PROPERTY(bool live READ live NOTIFY changed)
  /// True when there is a recording of it; what follows is empty otherwise.
  Q_PROPERTY(bool recorded READ recorded NOTIFY changed)
  Q_PROPERTY(QString prompt READ prompt NOTIFY changed)
  Q_PROPERTY(QString parameters READ parameters NOTIFY changed)
  /// Objects {text, reason}.
  Q_PROPERTY(QVariantList answers READ answers NOTIFY changed)
  Q_PROPERTY(QString failure READ failure NOTIFY changed)
  /// Something is longer than what is shown or kept; in words, else empty.
  Q_PROPERTY(QString shortened READ shortened NOTIFY changed)
  Q_PROPERTY(bool timed READ timed NOTIFY changed)
  Q_PROPERTY(double queueSeconds READ queueSeconds NOTIFY changed)
  Q_PROPERTY(double prefillSeconds READ prefillSeconds NOTIFY changed)
  Q_PROPERTY(double decodeSeconds READ decodeSeconds NOTIFY changed)

 public:
  explicit RequestInspector(QObject* parent = nullptr) : QObject(parent) {}

  bool open() const { return m_id != 0; }
  uint64_t id() const { return m_id; }
  double requestId() const { return static_cast<double>(m_id); }
  QString title() const;
  QVariantList facts() const;
  bool live() const;
  bool recorded() const { return m_record.has_value(); }
  QString prompt() const;
  QString parameters() const;
  QVariantList answers() const;
  QString failure() const;
  QString shortened() const;
  bool timed() const { return m_record && m_record->timed; }
  double queueSeconds() const { return m_record ? m_record->queueSeconds : 0; }
  double prefillSeconds() const { return m_record ? m_record->prefillSeconds : 0; }
  double decodeSeconds() const { return m_record ? m_record->decodeSeconds : 0; }

  /// Shows a request of the table; `record` is what was kept of it.
  void show(const app::LiveRequest& request, std::optional<app::RequestRecord> record);
  /// Takes what is new; a request that left the table stays as it was seen last.
  void update(const std::vector<app::LiveRequest>& requests, std::optional<app::RequestRecord> record);

  Q_INVOKABLE void close();
  /// Whole, however much is shown: "prompt", "parameters", "answer", or all of it.
  Q_INVOKABLE QString wholeText(const QString& part) const;

 signals:
  void changed();

 private:
  uint64_t m_id = 0;
  app::LiveRequest m_request;
  std::optional<app::RequestRecord> m_record;
};

}  // namespace ui
