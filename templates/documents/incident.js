// Adds a search above the timeline and the messages. Without it every row is there all the same.
(function () {
  "use strict";
  var places = document.querySelectorAll("[data-search]");
  places.forEach(function (place) {
    var rows = place.querySelectorAll("tbody tr");
    var box = document.createElement("label");
    var input = document.createElement("input");
    var count = document.createElement("span");
    box.className = "search";
    input.type = "search";
    count.setAttribute("role", "status");
    box.append("Search " + place.dataset.search + " ", input);
    place.before(box, count);
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var found = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.includes(word); });
        found += row.hidden ? 0 : 1;
      });
      count.textContent = words.length ? found + " of " + rows.length : "";
    });
  });
  addEventListener("beforeprint", function () {
    document.querySelectorAll("tr[hidden]").forEach(function (row) { row.hidden = false; });
  });
})();
