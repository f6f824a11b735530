model Pump
  Real flow;
end Pump;
