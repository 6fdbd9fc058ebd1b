"""Calendar data, read by `states.workdays`; `cn.toml` names its sources and its format."""
