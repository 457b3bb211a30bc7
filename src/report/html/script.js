// Comforts only: the page says everything without this script.
(function () {
  "use strict";

  // Tooltips at once, instead of the browser's after a second. A chart's own title names it for screen readers.
  var tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.appendChild(tip);
  document.querySelectorAll("figure svg").forEach(function (svg) {
    var name = svg.querySelector(":scope > title");
    if (name) { svg.setAttribute("aria-label", name.textContent); name.remove(); }
    svg.querySelectorAll("title").forEach(function (title) {
      if (title.textContent) { title.parentNode.setAttribute("data-tip", title.textContent); }
      title.remove();
    });
    svg.addEventListener("mousemove", function (event) {
      var shape = event.target.closest("[data-tip]");
      tip.hidden = !shape;
      if (!shape) { return; }
      tip.textContent = shape.getAttribute("data-tip");
      var right = event.clientX + 14 + tip.offsetWidth > window.innerWidth;
      tip.style.left = (right ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14) + "px";
      tip.style.top = Math.min(event.clientY + 16, window.innerHeight - tip.offsetHeight - 4) + "px";
    });
    svg.addEventListener("mouseleave", function () { tip.hidden = true; });
  });

  // Buttons that copy, where the browser lets a page opened from disk do so.
  document.querySelectorAll("button[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.getAttribute("data-copy")).then(function () {
        button.textContent = "copied";
        setTimeout(function () { button.textContent = "copy"; }, 1500);
      });
    });
  });

  // A filter over every table that is long.
  document.querySelectorAll("table.rows").forEach(function (table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    if (rows.length < 9) { return; }
    var filter = document.createElement("input");
    filter.type = "search";
    filter.placeholder = "filter " + rows.length + " rows";
    filter.setAttribute("aria-label", "filter rows");
    table.parentNode.parentNode.insertBefore(filter, table.parentNode);
    filter.addEventListener("input", function () {
      var words = filter.value.toLowerCase().split(/\s+/);
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
  });
})();
