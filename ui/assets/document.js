// What is marked is brought into view; a page is turned by the server.
element.addEventListener('click', (event) => {
  if (event.target.closest('[data-back]')) {
    const from = document.querySelector('[data-opened]');
    if (from) { from.scrollIntoView({ block: 'center' }); from.focus({ preventScroll: true }); }
    return;
  }
  const enlarge = event.target.closest('[data-enlarge], .sheet');
  if (enlarge) {
    const large = element.querySelector('.facsimile').classList.toggle('large');
    element.querySelector('[data-enlarge]').setAttribute('aria-pressed', large);
    return;
  }
  const turn = event.target.closest('[data-page]');
  if (turn) { trigger('select', { page: turn.dataset.page }); }
});
let unfolded = false;
element.addEventListener('toggle', (event) => { unfolded = event.target.open; }, true);
watch('value', () => {
  const text = element.querySelector('details');
  if (text) { text.open = unfolded; }
  const mark = element.querySelector('.line') || element.querySelector('mark');
  if (mark) {
    mark.scrollIntoView({ block: 'center' });
    mark.focus({ preventScroll: true });
  }
});
