import { css } from "lit";

/**
 * The custom properties an application may set, each with a default for light and dark.
 * The names that start with `--_` are private.
 */
export const theme = css`
  :host {
    --_accent: var(--pricetag-accent, light-dark(#0b6b62, #58d0c0));
    --_ink: var(--pricetag-ink, light-dark(#1b1f23, #eceff1));
    --_muted: var(--pricetag-muted, light-dark(#5a636b, #a2adb5));
    --_line: var(--pricetag-line, light-dark(#d9dee2, #333b42));
    --_edge: var(--pricetag-edge, light-dark(#868f97, #7b868f));
    --_field: var(--pricetag-field, light-dark(#ffffff, #14191d));
    --_stop: var(--pricetag-stop, light-dark(#a8281d, #ff9d90));
    --_radius: var(--pricetag-radius, 6px);
    --_small: var(--pricetag-small, 0.8125rem);
    --_step: var(--pricetag-step, 0.5rem);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none;
  }
  .said {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
