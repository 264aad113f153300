import Select from "antd/es/select";
import type { SearchSelectProps } from "../SearchSelect";
import { Antd } from "./Antd";

export default function SearchPicker({ value, onChange, options, ...rest }: SearchSelectProps) {
  return (
    <Antd>
      <Select {...rest} className="antd-control" showSearch={{ optionFilterProp: "label" }} value={value} onChange={onChange} options={options.map((option) => (typeof option === "string" ? { value: option, label: option } : option))} />
    </Antd>
  );
}
