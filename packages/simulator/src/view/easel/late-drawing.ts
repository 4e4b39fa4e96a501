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
 * set between two frames is drawn together. So it is here where nobody but the view can tell. Properties, observers and
 * events of the author's components follow from within `setData`, as WeChat documents (wx.nextTick): what is set of a
 * field that they hear of is drawn at once, with what waits.
 */
export function createLateDrawing(parts: LateDrawingParts): TemplateEngine {
  const engine = glassEasel.template.getDefaultTemplateEngine();
  return {
    create(behavior, options) {
      const template = engine.create(behavior, options);
      const heard = parts.program.units[behavior.is]?.updates.heard ?? null;
      if (heard === null) return template;
      return {
        createInstance: (component, createShadowRoot) =>
          drawnLate(parts, component, template.createInstance(component, createShadowRoot), new Set(heard)),
      };
    },
  };
}

function drawnLate(
  { surface, report }: LateDrawingParts,
  component: glassEasel.GeneralComponent,
  inner: TemplateInstance,
  heard: ReadonlySet<string>,
): TemplateInstance {
  let batch: ChangeBatch | undefined;
  /** The data as it was drawn last. */
  let drawn: Data = {};

  function draw(data: Data): void {
    const changes = batch?.since(drawn, data, (field) => heard.has(field)) ?? [];
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
      const isHeard = changes.some(([path]) => heard.has(String(path[0])));
      if (isHeard || !glassEasel.Element.isAttached(component)) {
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
