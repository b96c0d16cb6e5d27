// Hovering or walking over a point shows its passage, a click or Enter opens it, the legend singles a document out.
const points = () => [...element.querySelectorAll('.point')];
const show = (point) => {
  const note = element.querySelector('.map-note');
  if (!note || !point) { return; }
  note.querySelector('.details').textContent = point.dataset.place;
  note.querySelector('.excerpt').textContent = point.dataset.text;
};
const at = (point) => [Number(point.dataset.x), Number(point.dataset.y)];
const neighbour = (from, key) => {
  const [x, y] = at(from);
  const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  let best = null, least = Infinity;
  for (const other of points()) {
    const [a, b] = [at(other)[0] - x, at(other)[1] - y];
    const along = a * dx + b * dy, aside = Math.abs(a * dy + b * dx);
    if (other !== from && !other.classList.contains('dim') && along > 0 && along >= aside && along + aside < least) { best = other; least = along + aside; }
  }
  return best;
};
element.addEventListener('mouseover', (event) => show(event.target.closest('.point')));
element.addEventListener('focusin', (event) => show(event.target.closest('.point')));
element.addEventListener('click', (event) => {
  const only = event.target.closest('[data-only]');
  if (only) {
    const chosen = only.getAttribute('aria-pressed') !== 'true';
    element.querySelectorAll('[data-only]').forEach((one) => one.setAttribute('aria-pressed', chosen && one === only));
    points().forEach((point) => point.classList.toggle('dim', chosen && point.dataset.group !== only.dataset.only));
    return;
  }
  const open = event.target.closest('[data-passage]');
  if (open) { trigger('select', { passage: open.dataset.passage }); }
});
element.addEventListener('keydown', (event) => {
  const point = event.target.closest('.point');
  if (!point) { return; }
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    trigger('select', { passage: point.dataset.passage });
  } else if (event.key.startsWith('Arrow')) {
    event.preventDefault();
    const next = neighbour(point, event.key);
    if (next) { point.tabIndex = -1; next.tabIndex = 0; next.focus(); }
  }
});
