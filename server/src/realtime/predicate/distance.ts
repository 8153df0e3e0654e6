export interface Geopoint {
  readonly lat: number
  readonly lon: number
}

const earthRadius = 6_371_008.8

/**
 * Metres along a great circle, by the haversine formula; `min` keeps rounding from leaving the domain of `asin`.
 * R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68 (1984).
 */
export function distanceBetween(from: Geopoint, to: Geopoint): number {
  const half =
    Math.sin(radians(to.lat - from.lat) / 2) ** 2 +
    Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * Math.sin(radians(to.lon - from.lon) / 2) ** 2
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(half)))
}

const radians = (degrees: number): number => degrees * (Math.PI / 180)
