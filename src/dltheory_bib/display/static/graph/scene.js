// The canvases of the picture, and the hand on it: dragging, zooming, pointing.
//
// What costs is drawn once, on a canvas larger than the stage; while one drags or zooms, that canvas
// is moved and scaled as a whole, and drawn anew when one stops or comes to its rim.
"use strict";
globalThis.dltheoryGraph ??= {};
(() => {
  const here = globalThis.dltheoryGraph;
  const MARGIN = 220; // of the drawn canvas around the stage, in pixels
  const STILL = 140; // milliseconds without movement after which all is drawn anew
  const CLICK = 5; // pixels that a click may move
  const LAST = 260; // milliseconds of a moving view
  const KEPT = 90; // pixels of the picture that stay in sight

  function canvas(stage, name) {
    const made = document.createElement("canvas");
    made.className = `dg-layer ${name}`;
    made.setAttribute("aria-hidden", "true");
    stage.append(made);
    return made;
  }

  // Makes a canvas as large as it is shown, sharp on any screen, and empty.
  function cleared(made, width, height) {
    const ratio = globalThis.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (made.width !== wide || made.height !== high) [made.width, made.height] = [wide, high];
    const pen = made.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    return pen;
  }

  class Scene {
    // `paint` has main(pen, frame) and strip(pen, width); `act` has click(x, y), hover(x, y) or
    // hover(null), moved().
    constructor(stage, paint, act) {
      Object.assign(this, { stage, paint, act, zoom: 1, pan: { x: 0, y: 0 }, least: 0.2, most: 4, wheels: false });
      this.main = canvas(stage, "dg-main");
      this.top = canvas(stage, "dg-top");
      this.years = canvas(stage, "dg-years");
      this.drawn = null;
      this.pointers = new Map();
      this.drawings = 0;
      this.listen();
    }

    get width() {
      return this.stage.clientWidth;
    }

    get height() {
      return this.stage.clientHeight;
    }

    // Draws all anew.
    repaint() {
      clearTimeout(this.waiting);
      const { width, height, zoom, pan } = this;
      const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
      Object.assign(this.main.style, { left: `${-MARGIN}px`, top: `${-MARGIN}px`, width: `${wide}px`, height: `${high}px`, transformOrigin: `${MARGIN}px ${MARGIN}px`, transform: "none" });
      const pen = cleared(this.main, wide, high);
      pen.translate(MARGIN, MARGIN);
      this.drawn = { zoom, pan: { ...pan } };
      this.drawings += 1;
      this.paint.main(pen, { width, height, zoom, pan, sight: { left: -MARGIN, top: -MARGIN, right: width + MARGIN, bottom: height + MARGIN } });
      this.drawStrip();
    }

    drawStrip() {
      this.paint.strip(cleared(this.years, this.width, here.STRIP), this.width);
    }

    // A layer above all, for what one points at.
    over(draw) {
      this.top.hidden = !draw;
      if (draw) draw(cleared(this.top, this.width, this.height));
    }

    get isStill() {
      return this.drawn?.zoom === this.zoom && this.drawn.pan.x === this.pan.x && this.drawn.pan.y === this.pan.y;
    }

    // Another part of the picture; what was drawn is moved there until it is still.
    view(zoom, pan) {
      this.zoom = Math.max(this.least, Math.min(this.most, zoom));
      this.pan = this.kept(pan);
      if (!this.drawn) return this.repaint();
      const rate = this.zoom / this.drawn.zoom;
      const [x, y] = [this.pan.x - rate * this.drawn.pan.x, this.pan.y - rate * this.drawn.pan.y];
      const far = rate === 1 && Math.max(Math.abs(x), Math.abs(y)) > MARGIN;
      if (far || rate < 0.6 || rate > 2) this.repaint();
      else {
        this.main.style.transform = `translate(${x}px, ${y}px) scale(${rate})`;
        this.drawStrip();
        clearTimeout(this.waiting);
        this.waiting = setTimeout(() => this.repaint(), STILL);
      }
    }

    // Some of the picture always stays in sight.
    kept({ x, y }) {
      const { width, height } = this.extent ?? { width: 0, height: 0 };
      const near = (value, size, room) => Math.max(KEPT - size * this.zoom, Math.min(room - KEPT, value));
      return { x: near(x, width, this.width), y: near(y, height, this.height) };
    }

    // Goes to a part of the picture, in steps that one can follow.
    go(zoom, pan, moving) {
      cancelAnimationFrame(this.moving);
      const end = Math.max(this.least, Math.min(this.most, zoom));
      this.act.hover(null);
      if (!moving || !this.drawn || globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches) {
        this.zoom = end;
        this.pan = this.kept(pan);
        this.repaint();
        return;
      }
      const start = { zoom: this.zoom, ...this.pan };
      const begun = performance.now();
      const step = (now) => {
        const part = Math.min(1, Math.max(0, (now - begun) / LAST));
        const eased = 1 - (1 - part) ** 3;
        const between = (a, b) => a + (b - a) * eased;
        this.view(between(start.zoom, end), { x: between(start.x, pan.x), y: between(start.y, pan.y) });
        if (part < 1) this.moving = requestAnimationFrame(step);
        else this.repaint();
      };
      this.moving = requestAnimationFrame(step);
    }

    // The view after a zoom around a point of the stage.
    around(factor, x, y) {
      const zoom = Math.max(this.least, Math.min(this.most, this.zoom * factor));
      const rate = zoom / this.zoom;
      return [zoom, { x: x - (x - this.pan.x) * rate, y: y - (y - this.pan.y) * rate }];
    }

    // The hand

    listen() {
      const { stage } = this;
      stage.addEventListener("pointerdown", (event) => this.down(event));
      stage.addEventListener("pointermove", (event) => this.move(event));
      stage.addEventListener("pointerup", (event) => this.up(event));
      stage.addEventListener("pointercancel", (event) => this.up(event));
      stage.addEventListener("pointerleave", () => this.act.hover(null));
      stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    }

    at(event) {
      const box = this.stage.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    }

    down(event) {
      if (event.button !== 0) return;
      cancelAnimationFrame(this.moving);
      const at = this.at(event);
      this.pointers.set(event.pointerId, { ...at, start: at });
      this.isClick = this.pointers.size === 1;
    }

    move(event) {
      const at = this.at(event);
      const held = this.pointers.get(event.pointerId);
      if (!held) {
        if (event.pointerType !== "touch") this.act.hover(at.x, at.y);
        return;
      }
      if (this.isClick && Math.hypot(at.x - held.start.x, at.y - held.start.y) < CLICK) return;
      if (this.isClick) {
        // Only now: a press that moves nothing stays a click on what is there.
        this.stage.setPointerCapture(event.pointerId);
        this.act.hover(null);
      }
      this.isClick = false;
      this.act.moved();
      const before = [...this.pointers.values()].map(({ x, y }) => ({ x, y }));
      Object.assign(held, at);
      const after = [...this.pointers.values()];
      if (after.length === 1) this.view(this.zoom, { x: this.pan.x + at.x - before[0].x, y: this.pan.y + at.y - before[0].y });
      else if (after.length === 2) this.pinch(before, after);
    }

    pinch([a, b], [c, d]) {
      const rate = Math.hypot(c.x - d.x, c.y - d.y) / (Math.hypot(a.x - b.x, a.y - b.y) || 1);
      const [zoom, pan] = this.around(rate, (a.x + b.x) / 2, (a.y + b.y) / 2);
      this.view(zoom, { x: pan.x + (c.x + d.x - a.x - b.x) / 2, y: pan.y + (c.y + d.y - a.y - b.y) / 2 });
    }

    up(event) {
      const held = this.pointers.get(event.pointerId);
      this.pointers.delete(event.pointerId);
      if (!held || this.pointers.size) return;
      if (!this.isStill) this.repaint();
      if (this.isClick && event.type === "pointerup") this.act.click(held.x, held.y);
    }

    wheel(event) {
      if (!this.wheels) return;
      event.preventDefault();
      this.act.moved();
      const { x, y } = this.at(event);
      const lines = event.deltaMode === 1 ? 16 : 1;
      this.view(...this.around(1.0016 ** -Math.max(-300, Math.min(300, event.deltaY * lines)), x, y));
    }
  }

  here.Scene = Scene;
})();
