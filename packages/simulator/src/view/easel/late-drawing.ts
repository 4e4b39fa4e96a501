import * as glassEasel from "glass-easel";
import type { Program } from "../../program.js";
import { createChangeBatch, type ChangeBatch } from "./change-batch.js";
import type { Surface } from "./surface.js";

type TemplateEngine = glassEasel.templateEngine.TemplateEngine;
type TemplateInstance = glassEasel.templateEngine.TemplateInstance;
type Data = Readonly<Record<string, unknown>>;

export interface LateDrawingParts {
  readonly program: Program;
  readonly surface: Surface;
  readonly report: (error: unknown, where: string) => void;
}

/**
 * On a phone `setData` changes the author's data at once, and the view is told by a message to another thread: what is
 * set between two frames is drawn together. So it is here where nobody but the view can tell: in a template with
 * built-in components only. With components of the author's inside, their properties, observers and events follow from
 * within `setData`, as WeChat documents (wx.nextTick), and the template is updated at once.
 */
export function createLateDrawing(parts: LateDrawingParts): TemplateEngine {
  const engine = glassEasel.template.getDefaultTemplateEngine();
  return {
    create(behavior, options) {
      const template = engine.create(behavior, options);
      const updates = parts.program.units[behavior.is]?.updates ?? "at-once";
      if (updates === "at-once") return template;
      return {
        createInstance: (component, createShadowRoot) =>
          drawnLate(parts, component, template.createInstance(component, createShadowRoot)),
      };
    },
  };
}

function drawnLate(
  { surface, report }: LateDrawingParts,
  component: glassEasel.GeneralComponent,
  inner: TemplateInstance,
): TemplateInstance {
  let batch: ChangeBatch | undefined;
  /** The data as it was drawn last. */
  let drawn: Data = {};

  function draw(data: Data): void {
    const changes = batch?.since(drawn, data) ?? [];
    batch = undefined;
    drawn = { ...data };
    if (changes.length > 0) inner.updateValues(data, [...changes]);
  }

  return {
    shadowRoot: inner.shadowRoot,
    initValues(data) {
      drawn = { ...(data as Data) };
      inner.initValues(data);
    },
    updateValues(value, changes) {
      const data = value as Data;
      const isWaiting = batch !== undefined;
      batch ??= createChangeBatch();
      batch.add(changes);
      if (!glassEasel.Element.isAttached(component)) {
        draw(data);
        return;
      }
      if (isWaiting) return;
      surface.change(() => {
        if (!glassEasel.Element.isAttached(component)) return;
        try {
          draw(data);
        } catch (error) {
          report(error, component.is);
        }
      });
    },
  };
}
