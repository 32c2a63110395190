#include "engine/templates/text.h"

#include <algorithm>

namespace engine::jinja {

bool Text::contentAt(size_t position) const {
  const auto flips = std::upper_bound(m_cuts.begin(), m_cuts.end(), position) - m_cuts.begin();
  return m_firstIsContent != (flips % 2 == 1);
}

}  // namespace engine::jinja
