import AntdDatePicker from "antd/es/date-picker";
import dayjs from "dayjs";
import "dayjs/locale/en-gb";
import "dayjs/locale/zh-cn";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../i18n/useFormat";
import type { DayFieldProps } from "../DayField";
import { Antd } from "./Antd";

export default function DayPicker({ value, onChange, ...rest }: DayFieldProps) {
  const language = useLanguage();
  const { t } = useTranslation("design");
  dayjs.locale(language === "zh" ? "zh-cn" : "en-gb");
  return (
    <Antd>
      <AntdDatePicker
        {...rest}
        className="antd-control"
        value={value ? dayjs(value) : null}
        format={language === "zh" ? "YYYY年M月D日" : "D MMM YYYY"}
        placeholder={t("pickDay")}
        onChange={(day) => onChange(day ? (Array.isArray(day) ? day[0] : day).format("YYYY-MM-DD") : "")}
      />
    </Antd>
  );
}
