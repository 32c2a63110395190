#include "ui/server/request_words.h"

#include <QCoreApplication>
#include <QDateTime>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(Requests)
};

}  // namespace

bool isLive(const app::LiveRequest& request) {
  return request.state == "queued" || request.state == "prefill" || request.state == "generating";
}

QString clientName(const app::LiveRequest& request) {
  if (request.client == "127.0.0.1" || request.client == "::1") return Words::tr("this computer");
  const QString client = visibleName(QString::fromStdString(request.client));
  return client.startsWith(QLatin1String("key ")) ? client.mid(4) : client;
}

QString stateWords(const app::LiveRequest& request) {
  if (request.state == "queued") return Words::tr("waiting");
  if (request.state == "prefill") return Words::tr("reading the prompt");
  if (request.state == "generating") return Words::tr("generating");
  if (request.state == "done") return Words::tr("finished");
  constexpr int kClientLeft = 499;
  if (request.state == "cancelled") {
    return request.status == kClientLeft ? Words::tr("client left") : Words::tr("cancelled");
  }
  return request.status > 0 ? Words::tr("%1 refused").arg(request.status) : Words::tr("failed");
}

QString clockTime(double seconds) {
  return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(seconds * 1000)).toString(QStringLiteral("HH:mm:ss"));
}

}  // namespace ui
