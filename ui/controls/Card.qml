import QtQuick
import Hearth.Theme

/// A raised sheet with a hairline; never inside another card.
Rectangle {
    radius: Theme.radiusCard
    color: Theme.surfaceRaised
    border.width: 1
    border.color: Theme.border
}
