/* 关账 - the sign-in page of a demo installation: a row fills the two boxes. */
"use strict";
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-fill-user]");
  if (!row) return;
  document.getElementById("username").value = row.dataset.fillUser;
  const password = document.getElementById("password");
  password.value = row.dataset.fillPassword;
  password.form.querySelector("button").focus();
});
