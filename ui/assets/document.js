// What is marked is brought into view; a page is turned by the server.
element.addEventListener('click', (event) => {
  const turn = event.target.closest('[data-page]');
  if (turn) { trigger('select', { page: turn.dataset.page }); }
});
watch('value', () => {
  const mark = element.querySelector('.line') || element.querySelector('mark');
  if (mark) {
    mark.scrollIntoView({ block: 'center' });
    mark.focus({ preventScroll: true });
  }
});
