import "virtual:tokens.css";
import "./design/base.css";
import "./design/controls.css";
import "./shell/shell.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startTheme } from "./design/theme";
import { startTexts } from "./i18n";
import { App } from "./shell/App";

startTheme();
void startTexts().then(() => {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});
