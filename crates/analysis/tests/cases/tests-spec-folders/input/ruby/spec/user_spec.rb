RSpec.describe 'User' do
  it { expect(1).to eq 1 }
end
