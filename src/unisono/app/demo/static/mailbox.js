// Looks every two seconds whether new mail came; hidden pages rest.
const list = document.getElementById('mails');
let known = '';

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch('/demo/mailbox/list', { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const fresh = await answer.text();
    if (fresh === known) return;
    const before = new Set([...list.querySelectorAll('article')].map((article) => article.dataset.key));
    known = fresh;
    list.innerHTML = fresh;
    for (const article of list.querySelectorAll('article')) {
      article.classList.toggle('new', !before.has(article.dataset.key));
    }
  } catch {
    // The demo was stopped; it may come back.
  }
}

setInterval(look, 2000);
document.addEventListener('visibilitychange', look);
