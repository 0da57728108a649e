// The bar of actions that stays at the bottom of a long page: notices stand above it, never on its buttons.
import { type RefObject, useEffect, useRef } from 'react';

export function useBottomBar(): RefObject<HTMLElement | null> {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = bar.current;
    if (!element || typeof ResizeObserver === 'undefined') return;
    const style = document.documentElement.style;
    const observer = new ResizeObserver(() => {
      const sticks = getComputedStyle(element).position === 'sticky'; // on a narrow page it may end the page instead
      style.setProperty('--bottom-bar', sticks ? `${element.offsetHeight}px` : '0px');
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty('--bottom-bar');
    };
  }, []);
  return bar;
}
