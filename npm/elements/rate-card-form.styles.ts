import { css } from "lit";

export const formStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .fields {
    display: grid;
    gap: calc(var(--_step) * 2);
  }
  fieldset,
  [part~="field"] {
    min-inline-size: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  [part~="label"] {
    display: block;
    padding: 0;
    margin-block-end: var(--_step);
    font-weight: 600;
    line-height: calc(var(--_step) * 3);
  }
  .hint,
  small {
    color: var(--_muted);
    font-size: var(--_small);
    font-weight: 400;
  }
  .prompt {
    margin-inline-start: var(--_step);
    color: var(--_accent);
    font-size: var(--_small);
    font-weight: 400;
  }
  input,
  select {
    box-sizing: border-box;
    font: inherit;
    font-variant-numeric: tabular-nums;
    color: var(--_ink);
    accent-color: var(--_accent);
  }
  select,
  input[type="number"] {
    inline-size: 100%;
    min-inline-size: 0;
    block-size: calc(var(--_step) * 5);
    padding-inline: var(--_step);
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_field);
    text-overflow: ellipsis;
  }
  [aria-invalid="true"] {
    border-color: var(--_stop) !important;
  }
  :is(input, select):focus-visible,
  label:has(input[type="radio"]:focus-visible) {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  input[type="radio"]:focus-visible {
    outline: none;
  }
  .options {
    border: 1px solid var(--_edge);
    border-radius: var(--_radius);
    background: var(--_field);
  }
  [part~="option"] {
    display: grid;
    grid-template-columns: auto 1fr auto;
    align-items: center;
    column-gap: var(--_step);
    box-sizing: border-box;
    min-block-size: calc(var(--_step) * 5);
    padding: calc(var(--_step) - 1px) calc(var(--_step) * 1.5);
    line-height: calc(var(--_step) * 3);
    cursor: pointer;
  }
  [part~="option"]:first-child {
    border-start-start-radius: calc(var(--_radius) - 1px);
    border-start-end-radius: calc(var(--_radius) - 1px);
  }
  [part~="option"]:last-child {
    border-end-start-radius: calc(var(--_radius) - 1px);
    border-end-end-radius: calc(var(--_radius) - 1px);
  }
  [part~="option"] + [part~="option"] {
    border-block-start: 1px solid var(--_line);
  }
  [part~="option"]:hover,
  [part~="chosen"] {
    background: color-mix(in oklab, var(--_field), var(--_accent) 9%);
  }
  [part~="chosen"] span {
    font-weight: 600;
  }
  [part~="option"]:has(:disabled) {
    background: none;
    cursor: default;
  }
  [part~="option"]:has(:disabled) span {
    color: var(--_muted);
  }
  [part~="option-price"] {
    color: var(--_ink);
    font-size: 0.875rem;
    text-align: end;
  }
  [part~="option-needs"] {
    grid-column: 2 / -1;
    line-height: calc(var(--_step) * 2);
  }
  [part~="option"] input {
    margin: 0;
  }
  .count {
    display: grid;
    grid-template-columns: 1fr 5.5rem;
    gap: calc(var(--_step) * 2);
    align-items: center;
  }
  input[type="range"] {
    inline-size: 100%;
    margin: 0;
    min-block-size: calc(var(--_step) * 3);
  }
  input#quantity {
    inline-size: 7.5rem;
  }
  .size {
    display: grid;
    grid-template-columns: 1fr 5.5rem 5.5rem;
    gap: var(--_step) calc(var(--_step) * 2);
    align-items: end;
  }
  .size label {
    display: grid;
  }
  @container (inline-size < 400px) {
    .size {
      grid-template-columns: 1fr 1fr;
    }
    .size select {
      grid-column: 1 / -1;
    }
  }
  .message {
    margin: 0;
    color: var(--_stop);
    font-size: var(--_small);
    line-height: calc(var(--_step) * 3);
  }
  .message:empty {
    display: none;
  }
`;
