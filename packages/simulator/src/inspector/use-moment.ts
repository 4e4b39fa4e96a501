import { useEffect, useState } from "preact/hooks";

const MOMENT_MS = 1_500;

/** Whether something that was done is to be shown, and how to say that it was: it is shown for a moment. */
export function useMoment(): readonly [isShown: boolean, show: (isDone: boolean) => void] {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (!isShown) return undefined;
    const timer = setTimeout(() => setShown(false), MOMENT_MS);
    return () => clearTimeout(timer);
  }, [isShown]);
  return [isShown, setShown];
}
