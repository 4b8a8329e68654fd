import type { PropertyDeclaration } from "lit";

/**
 * A property that an attribute can give as JSON. Nothing is written back to the attribute.
 * What is no JSON counts as not given, and is reported as a script's error is, so that it is seen in the console.
 */
export function json(attribute: string): PropertyDeclaration {
  return {
    attribute,
    converter: {
      fromAttribute(text) {
        if (text === null) return null;
        try {
          return JSON.parse(text);
        } catch {
          globalThis.reportError?.(new SyntaxError(`the attribute \`${attribute}\` must be JSON, and is \`${text}\``));
          return null;
        }
      },
    },
  };
}
