import type { Size } from "../types.js";

/** Presets are whole multiples of this many pixels, as the models take them. */
const GRAIN_PIXELS = 64;

const SHAPES = [
  { shape: "square", width: 1, height: 1 },
  { shape: "landscape", width: 16, height: 9 },
  { shape: "portrait", width: 9, height: 16 },
] as const;

export interface SizePreset {
  shape: (typeof SHAPES)[number]["shape"];
  width: number;
  height: number;
}

export interface BandPresets {
  upToPixels: number;
  addPercent: number;
  presets: SizePreset[];
}

/** The longest side of a shape that stays within an area, in whole grains. */
function fitted(part: number, other: number, pixels: number): number {
  return Math.floor(Math.sqrt((pixels * part) / other) / GRAIN_PIXELS) * GRAIN_PIXELS;
}

/** For each band of a size, the largest picture of each common shape that the band and the side's limits allow. */
export function presetsOf(size: Size): BandPresets[] {
  const allowed = (side: number): boolean => side >= size.side.min && side <= size.side.max;
  return size.bands.map(({ upToPixels, addPercent }) => ({
    upToPixels,
    addPercent,
    presets: SHAPES.map(({ shape, width, height }) => ({
      shape,
      width: fitted(width, height, upToPixels),
      height: fitted(height, width, upToPixels),
    })).filter((preset) => allowed(preset.width) && allowed(preset.height)),
  }));
}
