// A memory plan (or what was measured) as numbers that the memory bar draws.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QList>
#include <QMetaType>
#include <QString>

#include "engine/memory_plan.h"

namespace ui {

struct PlanFacts {
  Q_GADGET
  QML_VALUE_TYPE(planFacts)
  Q_PROPERTY(double total MEMBER total)
  Q_PROPERTY(double other MEMBER other)
  Q_PROPERTY(double weights MEMBER weights)
  Q_PROPERTY(double kv MEMBER kv)
  Q_PROPERTY(double work MEMBER work)
  Q_PROPERTY(double reserve MEMBER reserve)
  Q_PROPERTY(double free MEMBER free)
  Q_PROPERTY(double missing MEMBER missing)
  Q_PROPERTY(double needed MEMBER needed)
  Q_PROPERTY(double perToken MEMBER perToken)
  Q_PROPERTY(double kvContext MEMBER kvContext)
  Q_PROPERTY(QString device MEMBER device)
  Q_PROPERTY(int blocks MEMBER blocks)
  Q_PROPERTY(double room MEMBER room)
  Q_PROPERTY(int context MEMBER context)
  Q_PROPERTY(int largest MEMBER largest)
  Q_PROPERTY(bool fits MEMBER fits)
  Q_PROPERTY(bool known MEMBER known)
  Q_PROPERTY(QString shortfall MEMBER shortfall)

 public:
  double total = 0, other = 0, weights = 0, kv = 0, work = 0, reserve = 0, free = 0, missing = 0, needed = 0;
  double perToken = 0;
  double kvContext = 0;  ///< of `kv`: one context of full length; the rest is room for more conversations
  double room = 0;       ///< tokens that the KV cache holds, over all conversations and requests
  int context = 0, largest = 0, blocks = 0;
  bool fits = false, known = false;
  QString shortfall;
  QString device;  ///< "cpu", "cuda:0"

  static PlanFacts of(const engine::DeviceMemoryPlan& device);
  /// Of all the plan's devices together.
  static PlanFacts of(const engine::MemoryPlan& plan);
  /// One a device, each with its part of a token's KV cache.
  static QList<PlanFacts> ofDevices(const engine::MemoryPlan& plan);
  /// The plan's facts with the bytes that were measured in their place.
  static PlanFacts of(const engine::MemoryPlan& plan, const engine::DeviceMemoryPlan& measured);
};

}  // namespace ui

Q_DECLARE_METATYPE(ui::PlanFacts)
