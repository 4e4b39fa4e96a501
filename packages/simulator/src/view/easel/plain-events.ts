import * as glassEasel from "glass-easel";

/** Extra fields that an event may carry to authors beside its detail. */
export const EVENT_FIELDS = ["touches", "changedTouches"] as const;

interface Target {
  readonly id: string;
  readonly dataset: Readonly<Record<string, unknown>>;
  readonly offsetLeft: number;
  readonly offsetTop: number;
}

/**
 * Makes every event that reaches an author's handler a plain object: authors keep events, stringify and set them as
 * data, which the framework's own objects do not survive.
 */
export function givePlainEvents(): void {
  const proto = glassEasel.Event.prototype as unknown as {
    wrapShadowedEvent(
      this: glassEasel.Event<unknown>,
      target: glassEasel.Element,
      mark: Record<string, unknown> | null,
      currentTarget: glassEasel.Element,
    ): unknown;
  };
  proto.wrapShadowedEvent = plainEvent;
}

function plainEvent(
  this: glassEasel.Event<unknown>,
  target: glassEasel.Element,
  mark: Record<string, unknown> | null,
  currentTarget: glassEasel.Element,
): unknown {
  const event: Record<string, unknown> = {
    type: this.type,
    timeStamp: this.timeStamp,
    target: targetOf(target),
    currentTarget: targetOf(currentTarget),
    mark: { ...mark },
    detail: this.detail,
  };
  for (const field of EVENT_FIELDS) {
    const value = this.extraFields?.[field];
    if (value !== undefined) event[field] = value;
  }
  // The framework's own; nobody who copies or stringifies the event meets them.
  for (const name of ["stopPropagation", "preventDefault", "markMutated"] as const) {
    Object.defineProperty(event, name, { value: () => this[name]() });
  }
  Object.defineProperty(event, "currentNode", { value: nodeOf(currentTarget) });
  return event;
}

/** Components are handed over as their method caller, native nodes as they are. */
function nodeOf(caller: unknown): glassEasel.Element {
  return (caller as { _$?: glassEasel.Element })._$ ?? (caller as glassEasel.Element);
}

function targetOf(caller: unknown): Target {
  const node = nodeOf(caller);
  const element = node.$$ as { offsetLeft?: number; offsetTop?: number } | null;
  return {
    id: node.id,
    dataset: { ...(node.dataset as Record<string, unknown>) },
    offsetLeft: element?.offsetLeft ?? 0,
    offsetTop: element?.offsetTop ?? 0,
  };
}
