import js from "@eslint/js";
import globals from "globals";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "dist", "../src", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    languageOptions: { globals: globals.browser },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      eqeqeq: ["error", "smart"],
      "no-console": "error",
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "antd", message: "Import the component by its path (antd/es/button): the first route stays light." },
            { name: "echarts", message: "Import from echarts/core, and only inside src/charts." },
          ],
        },
      ],
      // Text set as HTML is how scripts get in; everything is rendered as text.
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Render text, never HTML." },
        { selector: "AssignmentExpression[left.property.name='innerHTML']", message: "Render text, never HTML." },
      ],
    },
  },
  { files: ["scripts/**/*.mjs", "*.js"], languageOptions: { globals: globals.node } },
);
